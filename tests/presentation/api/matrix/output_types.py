"""Output types: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_output_types": "agents:read",
    "get_output_type": "agents:read",
    "add_output_type": "agents:write",
    "remove_output_type": "agents:write",
}
BODIES: dict[str, Any] = {"add_output_type": {"name": "another", "json_schema": {"type": "object"}}}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make an output type."""
    body = {"name": "invoice", "json_schema": {"type": "object"}}
    things["type_name"] = (await made(owner, "/api/v1/agents/output-types", body))["name"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that it is there still."""
    assert (await owner.get(f"/api/v1/agents/output-types/{things['type_name']}")).status_code == 200
