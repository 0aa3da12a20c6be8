"""Triggers: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_triggers": "triggers:read",
    "get_trigger": "triggers:read",
    "create_trigger": "triggers:write",
    "change_trigger": "triggers:write",
    "rotate_trigger_secret": "triggers:write",
    "remove_trigger": "triggers:write",
    "receive_message": "anybody",
}
BODIES: dict[str, Any] = {
    "create_trigger": {"name": "Issues", "agent_id": "{agent_id}", "query": "{{ payload.title }}"},
    "change_trigger": {"enabled": False},
    "receive_message": {"title": "A bug"},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a trigger of the agent."""
    body = {**BODIES["create_trigger"], "agent_id": things["agent_id"]}
    things["trigger_id"] = (await made(owner, "/api/v1/triggers", body))["id"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody else has switched it off."""
    assert (await owner.get(f"/api/v1/triggers/{things['trigger_id']}")).json()["enabled"] is True
