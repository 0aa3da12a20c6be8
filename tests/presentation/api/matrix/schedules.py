"""Schedules: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_schedules": "executions:read",
    "get_schedule": "executions:read",
    "preview_schedule": "executions:read",
    "create_schedule": "executions:run",
    "change_schedule": "executions:run",
    "remove_schedule": "executions:run",
}
BODIES: dict[str, Any] = {
    "create_schedule": {"name": "Daily", "agent_id": "{agent_id}", "query": "compute 2+2", "cron": "0 5 * * *"},
    "change_schedule": {"paused": True},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a schedule of the agent."""
    body = {**BODIES["create_schedule"], "agent_id": things["agent_id"]}
    things["schedule_id"] = (await made(owner, "/api/v1/schedules", body))["id"]
