"""Questions about runs of teams."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.runs import Frame, Run
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.teams import IterationFeed, TeamNotFound, Teams, TeamView, run_id_of


@dataclass(frozen=True)
class TeamPage:
    """A page of runs, and which of them are paused."""

    page: Page[Run]
    paused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GetTeam(Query[TeamView], needs="executions:read", raises=(TeamNotFound,)):
    """A run of a team with its turns. Raises TeamNotFound."""

    workflow_id: str

    @property
    def execution_id(self) -> str:
        """The run that it is about: a ticket for that one is enough."""
        return run_id_of(self.workflow_id)


@dataclass(frozen=True)
class ListTeams(Query[TeamPage], needs="executions:read", raises=(MalformedInput,)):
    """A page of the caller's runs of teams, newest first. Raises MalformedInput on a forged cursor."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class FollowIterations(Query[AsyncIterator[Sequence[Frame]]], needs="executions:read", raises=(TeamNotFound,)):
    """Iterations as they end, of one run or of all that the caller has, after a place in the feed (None: from now on).

    Live and without end; an empty batch is a heartbeat. Raises TeamNotFound.
    """

    workflow_id: str | None = None
    after: int | None = None

    @property
    def execution_id(self) -> str | None:
        """The run that it is about: a ticket for that one is enough."""
        return None if self.workflow_id is None else run_id_of(self.workflow_id)


@dataclass(frozen=True, slots=True)
class GetTeamHandler:
    """Handles GetTeam."""

    teams: Teams

    async def __call__(self, message: GetTeam, caller: Caller) -> TeamView:
        """Return it."""
        return await self.teams.existing(run_id_of(message.workflow_id))


@dataclass(frozen=True, slots=True)
class ListTeamsHandler:
    """Handles ListTeams."""

    teams: Teams

    async def __call__(self, message: ListTeams, caller: Caller) -> TeamPage:
        """Return the page."""
        page = await self.teams.find(message.page)
        return TeamPage(page, frozenset(await self.teams.paused([run.id for run in page.items])))


@dataclass(frozen=True, slots=True)
class FollowIterationsHandler:
    """Handles FollowIterations."""

    teams: Teams
    feed: IterationFeed

    async def __call__(self, message: FollowIterations, caller: Caller) -> AsyncIterator[Sequence[Frame]]:
        """Return the batches; nothing of the scope is used once this has returned."""
        id = None if message.workflow_id is None else run_id_of(message.workflow_id)
        if id is not None:
            await self.teams.existing(id)
        return self.feed.follow(caller.user_id, id, message.after)
