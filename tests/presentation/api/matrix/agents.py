"""Agents: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_agents": "agents:read",
    "get_agent": "agents:read",
    "list_agent_versions": "agents:read",
    "get_agent_version": "agents:read",
    "get_agent_details": "agents:read",
    "list_agent_templates": "agents:read",
    "get_agent_context": "agents:read",
    "add_agent_context": "agents:write",
    "set_agent_context": "agents:write",
    "remove_agent_context": "agents:write",
    "list_attached_tools": "agents:read",
    "add_attached_tool": "agents:write",
    "change_attached_tool": "agents:write",
    "remove_attached_tool": "agents:write",
    "create_agent": "agents:write",
    "create_platform_agent": "agents:write",
    "update_agent": "agents:write",
    "delete_agent": "agents:write",
    "clone_agent": "agents:write",
    "restore_agent_version": "agents:write",
    "set_agents_status": "agents:write",
}
BODIES: dict[str, Any] = {
    "add_agent_context": {"content": "One."},
    "set_agent_context": {"content": "Two."},
    "add_attached_tool": {"name": "summarizer"},
    "change_attached_tool": {"requires_approval": True},
    "create_agent": {"name": "B"},
    "create_platform_agent": {"name": "B", "instructions": "Be brief."},
    "update_agent": {"description": "changed"},
    "set_agents_status": {"ids": ["{agent_id}"], "action": "enable"},
}
OTHERS_THINGS = {"set_agents_status": True}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make an agent."""
    things["agent_id"] = (await made(owner, "/api/agents", {"name": "A", "tools": ["calculator"]}))["id"]
    things["tool_id"] = "calculator"
    things["version"] = "1"


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed it."""
    assert (await owner.get(f"/api/agents/{things['agent_id']}")).json()["version"] == 1
