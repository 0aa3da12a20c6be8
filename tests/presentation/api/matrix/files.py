"""Files: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

PERMISSIONS = {
    "list_files": "files:read",
    "get_file": "files:read",
    "get_file_usage": "files:read",
    "read_file": "files:read",
    "list_uploads": "files:read",
    "list_files_of_agent": "files:read",
    "list_files_of_workflow": "files:read",
    "get_upload": "files:write",
    "upload_file": "files:write",
    "delete_file": "files:write",
    "begin_upload": "files:write",
    "continue_upload": "files:write",
    "abort_upload": "files:write",
    "attach_file_to_agent": "files:write",
    "attach_file_to_workflow": "files:write",
    "detach_file_from_agent": "files:write",
    "detach_file_from_workflow": "files:write",
}
BODIES: dict[str, Any] = {
    "begin_upload": {"name": "more.txt", "size": 12},
    "attach_file_to_agent": {"file_id": "{file_id}"},
    "attach_file_to_workflow": {"file_id": "{file_id}"},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Upload a file, attach it to the agent, and begin an upload."""
    kept = await owner.post("/api/v1/files/upload?name=notes.txt", content=b"hello")
    assert kept.status_code == 201, kept.text
    begun = await owner.post("/api/v1/files/uploads", json=BODIES["begin_upload"])
    assert begun.status_code == 201, begun.text
    things["file_id"], things["upload_id"] = kept.json()["id"], begun.json()["id"]
    attached = await owner.post(f"/api/v1/agents/{things['agent_id']}/files", json={"file_id": things["file_id"]})
    assert attached.status_code == 201, attached.text


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has deleted or detached it, or gone on with the upload."""
    assert (await owner.get(f"/api/v1/files/{things['file_id']}/content")).text == "hello"
    assert (await owner.get(f"/api/v1/agents/{things['agent_id']}/files")).json()["total"] == 1
    assert (await owner.get(f"/api/v1/files/uploads/{things['upload_id']}")).json()["offset"] == 0
