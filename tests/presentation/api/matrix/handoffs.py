"""Handoffs: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_handoffs": "agents:read",
    "add_handoff": "agents:write",
    "change_handoff": "agents:write",
    "remove_handoff": "agents:write",
}
BODIES: dict[str, Any] = {
    "add_handoff": {"target_agent_id": "{spare_agent_id}", "description": "Knows numbers."},
    "change_handoff": {"description": "Knows more."},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a handoff of the agent to another one."""
    things["spare_agent_id"] = (await made(owner, "/api/agents", {"name": "History"}))["id"]
    other = await made(owner, "/api/agents", {"name": "Math"})
    body = {"target_agent_id": other["id"], "description": "Knows numbers.", "condition": {"expression": "false"}}
    things["handoff_id"] = (await made(owner, f"/api/v1/agents/{things['agent_id']}/handoffs", body))["id"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed it."""
    [handoff] = (await owner.get(f"/api/v1/agents/{things['agent_id']}/handoffs")).json()["handoffs"]
    assert (handoff["id"], handoff["description"]) == (things["handoff_id"], "Knows numbers.")
