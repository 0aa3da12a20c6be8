"""Tools: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import CODE, made

PERMISSIONS = {
    "list_attachable_tools": "tools:read",
    "list_tools": "tools:read",
    "get_tool": "tools:read",
    "register_tool": "tools:write",
    "import_tools": "tools:write",
    "update_tool": "tools:write",
    "remove_tool": "tools:write",
    "list_tool_versions": "tools:read",
    "get_tool_version": "tools:read",
    "restore_tool_version": "tools:write",
    "set_tool_status": "tools:write",
    "execute_tool": "tools:run",
}
BODIES: dict[str, Any] = {
    "register_tool": {"name": "whisper", "description": "Lower the text", "code": CODE.replace("shout", "whisper")},
    "import_tools": {
        "code": "from langchain_core.tools import tool\n@tool\ndef wag() -> str:\n    return 'w'",
        "replace": True,
    },
    "update_tool": {"description": "Raises the text"},
    "set_tool_status": {"disabled": False},
    "execute_tool": {"name": "calculator", "arguments": {"expression": "1+1"}},
}
OTHERS_THINGS = {"get_tool": True}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Register a tool."""
    await made(owner, "/api/tools/register", {"name": "shout", "description": "Raise the text", "code": CODE})
    things["name"] = "shout"


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed it."""
    assert (await owner.get("/api/v1/tools/shout")).json()["version"] == 1
