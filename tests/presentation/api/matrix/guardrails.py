"""Guardrails: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_guardrails": "agents:read",
    "add_guardrail": "agents:write",
    "change_guardrail": "agents:write",
    "remove_guardrail": "agents:write",
}
BODIES: dict[str, Any] = {
    "add_guardrail": {
        "name": "short",
        "kind": "max_length",
        "stage": "output",
        "action": "warn",
        "config": {"max_chars": 999},
    },
    "change_guardrail": {"name": "shorter"},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a guardrail of the agent."""
    path = f"/api/v1/agents/{things['agent_id']}/guardrails"
    things["guardrail_id"] = (await made(owner, path, BODIES["add_guardrail"]))["id"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed it."""
    [guardrail] = (await owner.get(f"/api/v1/agents/{things['agent_id']}/guardrails")).json()["guardrails"]
    assert (guardrail["id"], guardrail["name"]) == (things["guardrail_id"], "short")
