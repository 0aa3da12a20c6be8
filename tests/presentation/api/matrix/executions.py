"""Executions: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_executions": "executions:read",
    "list_runs_of_agent": "executions:read",
    "get_execution": "executions:read",
    "read_trace": "executions:read",
    "follow_trace": "executions:read",
    "list_model_calls": "executions:read",
    "get_model_call": "executions:read",
    "list_interrupts": "executions:read",
    "list_checkpoints": "executions:read",
    "list_open_questions": "executions:read",
    "run_agent": "executions:run",
    "start_execution": "executions:run",
    "stream_agent": "executions:run",
    "cancel_execution": "executions:run",
    "resume_execution": "executions:run",
    "replay_execution": "executions:run",
    "retry_execution": "executions:run",
    "fork_execution": "executions:run",
}
BODIES: dict[str, Any] = {
    "run_agent": {"input": "compute 2+2"},
    "start_execution": {"agent_id": "{agent_id}", "query": "compute 2+2"},
    "resume_execution": {"answers": {"01a1fc32-9ca9-734d-8d46-264d8f1c20bf": True}},
    "fork_execution": {"after_seq": 1},
}


OTHERS_THINGS = {"list_runs_of_agent": True}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Run the agent, in a chat."""
    run = {"agent_id": things["agent_id"], "query": "compute 23*19", "conversation_id": "talk-1"}
    things["conversation_id"] = run["conversation_id"]
    things["number"] = "1"
    things["execution_id"] = (await made(owner, "/api/executions", run))["id"]
