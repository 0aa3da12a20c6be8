"""Teams: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

PERMISSIONS = {
    "start_team": "executions:run",
    "stop_team": "executions:run",
    "restart_team": "executions:run",
    "pause_team": "executions:run",
    "resume_team": "executions:run",
    "list_teams": "executions:read",
    "get_team": "executions:read",
    "get_team_status": "executions:read",
    "list_team_iterations": "executions:read",
    "stream_team": "executions:read",
}
BODIES: dict[str, Any] = {
    "start_team": {"user_requirements": "compute 2+2", "configuration": {"max_iterations": 1}},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Start a team of the agent."""
    answer = await owner.post("/api/v1/workflow/start", json=BODIES["start_team"])
    assert answer.status_code == 202, answer.text
    things["team_workflow_id"] = answer.json()["workflow_id"]
