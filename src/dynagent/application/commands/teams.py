"""Starting, stopping, pausing and resuming runs of teams."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.conversations import StoredPolicy
from dynagent.core.executions import Cancelling, TooManyExecutions, check_room
from dynagent.core.runs import Notifier, Origin, Run, Submissions
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.teams import (
    KIND,
    NoActiveAgents,
    TeamConfiguration,
    TeamDependencyCycle,
    TeamMembers,
    TeamNotFound,
    TeamOver,
    Teams,
    TeamStarted,
    TeamView,
    check_team,
    roster,
    run_id_of,
)


class TeamSettings(BaseSettings):
    """What runs of teams may take."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    team_timeout_s: float = Field(
        default=86_400.0, gt=0, le=31_536_000, description="Seconds for a whole run of a team, pauses included."
    )
    max_waiting_teams_per_user: int = Field(default=1000, ge=1)
    queue_retry_after_s: float = Field(default=5.0, gt=0)

    def check_room(self, waiting: int) -> None:
        """Refuse with TooManyExecutions when so many of a user's executions are waiting already."""
        check_room(waiting, most=self.max_waiting_teams_per_user, retry_after_s=self.queue_retry_after_s)


@dataclass(frozen=True, kw_only=True)
class StartTeam(
    Command[Run],
    needs="executions:run",
    raises=(NoActiveAgents, TeamDependencyCycle, TooManyExecutions),
    unaudited="an execution is its own record: who started it and when, what is required of the team stands in it",
):
    """Have all active agents of the caller work on some requirements, iteration after iteration.

    Raises NoActiveAgents, TeamDependencyCycle, TooManyExecutions.
    """

    requirements: str
    configuration: TeamConfiguration = field(default_factory=TeamConfiguration)


@dataclass(frozen=True)
class StopTeam(Command[TeamView], needs="executions:run", raises=(TeamNotFound, TeamOver)):
    """Stop a run of a team and all that it has started. Raises TeamNotFound, TeamOver."""

    workflow_id: str


@dataclass(frozen=True)
class RestartTeam(
    Command[Run],
    needs="executions:run",
    raises=(TeamNotFound, NoActiveAgents, TeamDependencyCycle, TooManyExecutions),
    unaudited="an execution is its own record: the new one names the one that it begins again",
):
    """Have the team work on the same requirements from the beginning; a run that goes on is stopped first.

    Raises TeamNotFound, NoActiveAgents, TeamDependencyCycle, TooManyExecutions.
    """

    workflow_id: str


@dataclass(frozen=True)
class PauseTeam(Command[TeamView], needs="executions:run", raises=(TeamNotFound, TeamOver)):
    """Have a run begin no more turns; those that are open end. Raises TeamNotFound, TeamOver."""

    workflow_id: str


@dataclass(frozen=True)
class ResumeTeam(Command[TeamView], needs="executions:run", raises=(TeamNotFound, TeamOver)):
    """Have a paused run go on where it rests. Raises TeamNotFound, TeamOver."""

    workflow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingTeams:
    """Starts runs of teams that can begin."""

    members: TeamMembers
    policy: StoredPolicy
    submissions: Submissions
    notifier: Notifier
    settings: TeamSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def check(self, user_id: str) -> None:
        """Refuse a team that could not even begin: who takes part is settled with each iteration.

        Raises NoActiveAgents, TeamDependencyCycle.
        """
        policy = await self.policy.get()
        check_team(roster(await self.members.active(user_id), policy.allows))

    async def start(self, user_id: str, given: dict[str, Any], *, origin: Origin | None = None) -> Run:
        """Return the pending run; `given` is its input. Raises TooManyExecutions."""
        run = self._run(user_id, given, origin)
        event = TeamStarted(occurred_at=run.created_at, user_id=user_id, execution_id=run.id)
        admission = await self.submissions.submit(run, event, most_waiting=self.settings.max_waiting_teams_per_user)
        if not admission.stored:
            self.settings.check_room(admission.waiting)
        await self.notifier.notify(run.id, run.lane)
        return run

    def _run(self, user_id: str, given: dict[str, Any], origin: Origin | None) -> Run:
        id = self.new_id()
        return Run.start(
            timeout_s=self.settings.team_timeout_s,
            now=self.clock(),
            id=id,
            user_id=user_id,
            kind=KIND,
            subject_id=id,
            subject_version=1,
            subject_name="Team",
            input=given,
            origin=origin,
        )


@dataclass(frozen=True, slots=True)
class StartTeamHandler:
    """Handles StartTeam."""

    starting: StartingTeams

    async def __call__(self, message: StartTeam, caller: Caller) -> Run:
        """Return the pending run."""
        await self.starting.check(caller.user_id)
        configuration = message.configuration.model_dump(mode="json")
        return await self.starting.start(
            caller.user_id, {"query": message.requirements, "configuration": configuration}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTeamHandler:
    """Handles StopTeam."""

    teams: Teams
    cancelling: Cancelling

    async def __call__(self, message: StopTeam, caller: Caller) -> TeamView:
        """Return the run as it was when it was stopped."""
        view = await self.teams.existing(run_id_of(message.workflow_id))
        view.check_live()
        await self.cancelling.cancel(view.run.id)
        return view


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartTeamHandler:
    """Handles RestartTeam."""

    teams: Teams
    cancelling: Cancelling
    starting: StartingTeams

    async def __call__(self, message: RestartTeam, caller: Caller) -> Run:
        """Return the new, pending run."""
        old = (await self.teams.existing(run_id_of(message.workflow_id))).run
        await self.starting.check(caller.user_id)
        if not old.status.over:
            await self.cancelling.cancel(old.id)
        origin = Origin(execution_id=old.id, kind="replay")
        return await self.starting.start(caller.user_id, dict(old.input), origin=origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseTeamHandler:
    """Handles PauseTeam."""

    teams: Teams
    uow: UnitOfWork

    async def __call__(self, message: PauseTeam, caller: Caller) -> TeamView:
        """Return the run as paused; once more changes nothing."""
        view = await self.teams.existing(run_id_of(message.workflow_id))
        view.check_live()
        await self.teams.set_paused(view.run.id, True)
        await self.uow.commit()
        return TeamView(view.team, paused=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeTeamHandler:
    """Handles ResumeTeam."""

    teams: Teams
    cancelling: Cancelling

    async def __call__(self, message: ResumeTeam, caller: Caller) -> TeamView:
        """Return the run as going on; one that is not paused stays as it is."""
        view = await self.teams.existing(run_id_of(message.workflow_id))
        view.check_live()
        await self.teams.set_paused(view.run.id, False)
        # The mark first: a run that begins to wait only now asks for it once more.
        await self.cancelling.cancel(*await self.teams.open_pauses(view.run.id))
        return TeamView(view.team)
