"""Routes of runs of teams: start, look at, stop, pause, resume."""

from fastapi import Request, Response

from dynagent.application.commands.teams import PauseTeam, RestartTeam, ResumeTeam, StartTeam, StopTeam
from dynagent.application.queries.teams import GetTeam, ListTeams
from dynagent.core.shared.clock import utc_now
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.teams.bodies import (
    StartTeamBody,
    TeamDetailOut,
    TeamIterationList,
    TeamIterationOut,
    TeamRunList,
    TeamStartedOut,
    TeamStatusOut,
    TeamStoppedOut,
)

router = noun_router("workflow", "Teams")


@router.post("/start", status_code=202, operation_id="start_team", summary="Start a team")
async def start_team(body: StartTeamBody, response: Response, ask: Ask) -> TeamStartedOut:
    """Have all your active agents work on the requirements, iteration after iteration."""
    run = await ask(StartTeam(requirements=body.user_requirements, configuration=body.configuration))
    started = TeamStartedOut.of(run)
    response.headers["Location"] = f"/api/v1/workflow/{started.workflow_id}"
    return started


@router.get("", operation_id="list_teams", summary="List runs of teams")
async def list_teams(request: Request, response: Response, page: PageOf, ask: Ask) -> TeamRunList:
    """Give your runs of teams, newest first."""
    found = await ask(ListTeams(page))
    link_next(request, response, found.page)
    return TeamRunList.of(found)


@router.get("/{workflow_id}", operation_id="get_team", summary="Get a run of a team")
async def get_team(workflow_id: str, ask: Ask) -> TeamDetailOut:
    """Give one run with its global state."""
    return TeamDetailOut.of(await ask(GetTeam(workflow_id)))


@router.get("/{workflow_id}/status", operation_id="get_team_status", summary="Status of a run of a team")
async def get_team_status(workflow_id: str, ask: Ask) -> TeamStatusOut:
    """Say how far a run is."""
    return TeamStatusOut.of(await ask(GetTeam(workflow_id)), utc_now())


@router.get("/{workflow_id}/iterations", operation_id="list_team_iterations", summary="List a run's iterations")
async def list_team_iterations(workflow_id: str, ask: Ask) -> TeamIterationList:
    """Give the iterations of a run, oldest first, with what each agent came to."""
    view = await ask(GetTeam(workflow_id))
    found = [TeamIterationOut.of(view, iteration) for iteration in view.team.iterations]
    return TeamIterationList(workflow_id=view.workflow_id, iterations=found, total=len(found))


@router.post("/{workflow_id}/stop", operation_id="stop_team", summary="Stop a run of a team")
async def stop_team(workflow_id: str, ask: Ask) -> TeamStoppedOut:
    """Stop a run with all turns that are open."""
    view = await ask(StopTeam(workflow_id))
    current = view.team.current
    return TeamStoppedOut(
        workflow_id=view.workflow_id, status="stopped", final_iteration=current.number if current else 0
    )


@router.post("/{workflow_id}/restart", status_code=202, operation_id="restart_team", summary="Start a run again")
async def restart_team(workflow_id: str, response: Response, ask: Ask) -> TeamStartedOut:
    """Stop a run if it goes on, and start another one with the same requirements and configuration."""
    started = TeamStartedOut.of(await ask(RestartTeam(workflow_id)))
    response.headers["Location"] = f"/api/v1/workflow/{started.workflow_id}"
    return started


@router.post("/{workflow_id}/pause", operation_id="pause_team", summary="Pause a run of a team")
async def pause_team(workflow_id: str, ask: Ask) -> TeamStatusOut:
    """Have a run begin no more turns; those that are open end."""
    return TeamStatusOut.of(await ask(PauseTeam(workflow_id)), utc_now())


@router.post("/{workflow_id}/resume", operation_id="resume_team", summary="Resume a run of a team")
async def resume_team(workflow_id: str, ask: Ask) -> TeamStatusOut:
    """Have a paused run go on where it rests."""
    return TeamStatusOut.of(await ask(ResumeTeam(workflow_id)), utc_now())
