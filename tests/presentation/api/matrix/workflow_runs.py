"""Runs of workflows, paused, run again, scheduled and simulated: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

PERMISSIONS = {
    "stream_workflow": "executions:read",
    "list_schedules_of_workflow": "executions:read",
    "change_record": "executions:record",
    "list_examples": "agents:read",
    "import_example": "agents:write",
    "pause_execution": "executions:run",
    "continue_execution": "executions:run",
    "remove_execution": "executions:run",
    "schedule_workflow": "executions:run",
    "simulate_workflow": "workflows:read",
}
BODIES: dict[str, Any] = {
    "change_record": {"status": "running"},
    "import_example": {"model": "demo"},
    "schedule_workflow": {"name": "Daily", "cron": "0 5 * * *", "inputs": {"topic": "bees"}},
    "simulate_workflow": {"mocks": {"writer": {"output": "A text"}}},
}

OTHERS_THINGS = {"import_example": True}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Name an example; they are everybody's."""
    things["example_id"] = "reviewer_loop"
