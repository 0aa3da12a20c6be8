"""Bodies of runs of teams."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.queries.teams import TeamPage
from dynagent.core.executions import MAX_QUERY
from dynagent.core.runs import Run, RunError, Usage
from dynagent.core.teams import Iteration, TeamConfiguration, TeamState, TeamView, status_word, thread_id_of
from dynagent.core.teams import workflow_id_of as public_id
from dynagent.presentation.api.shared.paging import Envelope, page_fields


class TeamConfigurationBody(TeamConfiguration):
    """How long the team goes on, and the model of its coordinator (null: the default one)."""


class StartTeamBody(BaseModel):
    """What the team is to work on."""

    model_config = ConfigDict(extra="forbid")

    user_requirements: Annotated[str, Field(min_length=1, max_length=MAX_QUERY, pattern=r"\S")]
    configuration: TeamConfigurationBody = TeamConfigurationBody()


class TeamStartedOut(BaseModel):
    """A run that was accepted."""

    workflow_id: str = Field(examples=["wf_0192f0c4a7b07d3c9e0f6a1b2c3d4e5f"])
    status: str
    thread_id: str

    @classmethod
    def of(cls, run: Run) -> "TeamStartedOut":
        """Return the answer for a run."""
        return cls(workflow_id=public_id(run.id), status="started", thread_id=thread_id_of(run.id))


class TeamStatusOut(BaseModel):
    """How a run stands. `completed_agents` have had their turn in the current iteration."""

    workflow_id: str
    status: str = Field(description="started, running, paused, stopped, completed, failed or timed_out")
    current_iteration: int
    active_agents: list[str]
    completed_agents: list[str]
    estimated_completion: datetime | None = Field(
        description="If the iterations go on as so far, to the last one that is allowed; null while nothing is known."
    )

    @classmethod
    def of(cls, view: TeamView, now: datetime) -> "TeamStatusOut":
        """Return the answer for a run."""
        current = view.team.current
        return cls(
            workflow_id=view.workflow_id,
            status=view.status,
            current_iteration=current.number if current else 0,
            active_agents=[member.name for member in current.members] if current else [],
            completed_agents=list(current.outputs) if current else [],
            estimated_completion=view.team.estimated_completion(now),
        )


class TeamStoppedOut(BaseModel):
    """A run that was stopped."""

    workflow_id: str
    status: str
    final_iteration: int


class TeamTurnOut(BaseModel):
    """A member's part in an iteration; `execution_id` is null for one that had no turn."""

    agent: str
    agent_id: str
    agent_version: int
    dependencies: list[str]
    status: str = Field(description="As a run's; `error: <text>`, or `skipped: <why>` without a turn.")
    execution_id: str | None
    directions: str | None
    output: Any = None
    updated: bool = Field(description="Whether the output is another than this agent's last one before.")
    started_at: datetime | None
    completed_at: datetime | None


class TeamIterationOut(BaseModel):
    """One iteration: the coordinator's decision and the turns of the members."""

    iteration: int
    coordinator_execution_id: str
    coordinator_status: str
    project_complete: bool
    agents_updated: list[str]
    agents: list[TeamTurnOut]
    started_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, view: TeamView, iteration: Iteration) -> "TeamIterationOut":
        """Return the answer for an iteration of a run."""
        updated = view.team.updated_in(iteration.number)
        return cls(
            iteration=iteration.number,
            coordinator_execution_id=iteration.coordinator.run.id,
            coordinator_status=iteration.coordinator.status,
            project_complete=iteration.says_complete_after_work,
            agents_updated=updated,
            agents=_turns(iteration, updated),
            started_at=iteration.coordinator.run.created_at,
            completed_at=iteration.ended_at,
        )


class TeamIterationList(BaseModel):
    """The iterations of a run, oldest first."""

    workflow_id: str
    iterations: list[TeamIterationOut]
    total: int


class TeamRunOut(BaseModel):
    """A run in a list."""

    workflow_id: str
    thread_id: str
    execution_id: str = Field(description="The run among the executions: its trace, its stream.")
    status: str
    user_requirements: str
    error: RunError | None
    usage: Usage
    cost_usd: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def fields_of(cls, run: Run, status: str) -> dict[str, Any]:
        """Return the fields for a run."""
        return {
            "workflow_id": public_id(run.id),
            "thread_id": thread_id_of(run.id),
            "execution_id": run.id,
            "status": status,
            "user_requirements": run.query,
            "error": run.error,
            "usage": run.usage,
            "cost_usd": None if run.cost_usd is None else f"{run.cost_usd:f}",
            "created_at": run.created_at,
            "started_at": run.started_at,
            "completed_at": run.completed_at,
        }


class TeamDetailOut(TeamRunOut):
    """A run with its global state; `result` has the latest outputs once it is over."""

    configuration: TeamConfiguration
    state: TeamState
    result: Any = None

    @classmethod
    def of(cls, view: TeamView) -> "TeamDetailOut":
        """Return the answer for a run."""
        run, configuration = view.run, view.team.configuration
        more: dict[str, Any] = {"configuration": configuration, "state": view.state(), "result": run.value}
        return cls(**cls.fields_of(run, view.status), **more)


class TeamRunList(Envelope):
    """A page of runs of teams, newest first."""

    workflows: list[TeamRunOut]

    @classmethod
    def of(cls, found: TeamPage) -> "TeamRunList":
        """Return the answer for a page."""
        shown = [TeamRunOut(**TeamRunOut.fields_of(run, _status(run, found))) for run in found.page.items]
        return cls(workflows=shown, **page_fields(found.page))


def _status(run: Run, found: TeamPage) -> str:
    return "paused" if run.id in found.paused and not run.status.over else status_word(run)


def _turns(iteration: Iteration, updated: list[str]) -> list[TeamTurnOut]:
    statuses, directions = iteration.statuses(), iteration.directions
    found: list[TeamTurnOut] = []
    for member in iteration.members:
        turn = iteration.turns.get(member.name)
        found.append(
            TeamTurnOut(
                agent=member.name,
                agent_id=member.agent_id,
                agent_version=member.version,
                dependencies=list(member.dependencies),
                status=statuses[member.name],
                execution_id=turn and turn.run.id,
                directions=directions.get(member.name),
                output=turn and turn.output,
                updated=member.name in updated,
                started_at=turn and turn.run.started_at,
                completed_at=turn and turn.run.completed_at,
            )
        )
    return found
