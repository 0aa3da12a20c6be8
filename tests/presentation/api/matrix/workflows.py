"""Workflows: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_workflows": "workflows:read",
    "list_workflow_templates": "workflows:read",
    "get_workflow": "workflows:read",
    "list_workflow_versions": "workflows:read",
    "get_workflow_version": "workflows:read",
    "list_tasks": "workflows:read",
    "validate_workflow": "workflows:read",
    "create_workflow": "workflows:write",
    "change_workflow": "workflows:write",
    "remove_workflow": "workflows:write",
    "clone_workflow": "workflows:write",
    "restore_workflow_version": "workflows:write",
    "add_task": "workflows:write",
    "change_task": "workflows:write",
    "remove_task": "workflows:write",
    "execute_workflow": "executions:run",
    "run_workflow": "executions:run",
    "answer_task": "executions:run",
    "get_workflow_status": "executions:read",
    "list_workflow_executions": "executions:read",
    "list_task_executions": "executions:read",
}
BODIES: dict[str, Any] = {
    "create_workflow": {"name": "Crew"},
    "change_workflow": {"description": "changed"},
    "validate_workflow": {"name": "Crew"},
    "add_task": {"node_id": "writer", "description": "Sum up."},
    "change_task": {"expected_output": "One line"},
    "answer_task": {"input": "Yes."},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a workflow of the agent with one task, and run it."""
    body = {
        **BODIES["create_workflow"],
        "nodes": [{"id": "writer", "agent_id": things["agent_id"]}],
        "tasks": [{"task_id": "first", "node_id": "writer", "description": "Write."}],
    }
    workflow = await made(owner, "/api/v1/workflows", body)
    things["workflow_id"], things["task_id"] = workflow["workflow_id"], workflow["tasks"][0]["task_id"]
    started = await owner.post(f"/api/v1/workflows/{things['workflow_id']}/execute")
    assert started.status_code == 202, started.text


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed it."""
    workflow = (await owner.get(f"/api/v1/workflows/{things['workflow_id']}")).json()
    assert (workflow["version"], len(workflow["tasks"])) == (1, 1)
