"""Runs of teams as their owners see them: their ids, their status words, where they are found."""

import re
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from dynagent.core.runs import Frame, Run, RunStatus
from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.teams.members import TeamAgent
from dynagent.core.teams.state import TeamRun, TeamState

_WORKFLOW_ID = re.compile(r"wf_([0-9a-f]{32})")
WORDS = {
    RunStatus.PENDING: "started",
    RunStatus.RUNNING: "running",
    RunStatus.WAITING: "running",
    RunStatus.CANCELLED: "stopped",
}
"""The words for a run's states; the others are called as they are everywhere."""


class TeamNotFound(NotFound):
    """No run of a team under this id that the caller may see."""

    code = "team_not_found"


class TeamOver(Conflict):
    """The run of the team has ended: it cannot be stopped, paused or resumed any more."""

    code = "team_over"


class TeamStarted(DomainEvent):
    """A run of a team was accepted."""

    name: ClassVar[str] = "team.started"
    execution_id: str


def workflow_id_of(run_id: str) -> str:
    """Return the public id of a run: `wf_` and the digits of its id."""
    return "wf_" + run_id.replace("-", "")


def thread_id_of(run_id: str) -> str:
    """Return the id of a run's thread: `thread_<workflow_id>`."""
    return "thread_" + workflow_id_of(run_id)


def run_id_of(workflow_id: str) -> str:
    """Return the id of the run that a public id is of. Raises TeamNotFound."""
    found = _WORKFLOW_ID.fullmatch(workflow_id)
    if found is None:
        raise TeamNotFound(f"there is no run of a team {workflow_id!r}")
    return str(uuid.UUID(found[1]))


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team's run with its turns, and whether it is paused."""

    team: TeamRun
    paused: bool = False

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.team.run

    @property
    def workflow_id(self) -> str:
        """The run's public id."""
        return workflow_id_of(self.run.id)

    @property
    def status(self) -> str:
        """How it stands, in a word."""
        if self.paused and not self.run.status.over:
            return "paused"
        return status_word(self.run)

    def state(self) -> TeamState:
        """Return the run's global state."""
        return self.team.state(thread_id=thread_id_of(self.run.id))

    def check_live(self) -> None:
        """Refuse with TeamOver once the run has ended."""
        if self.run.status.over:
            raise TeamOver(f"the run of the team {self.workflow_id} is {self.status}")


def status_word(run: Run) -> str:
    """Return how a run stands in the words of teams."""
    return WORDS.get(run.status, run.status.value)


class Teams(Protocol):
    """The owner's runs of teams."""

    async def find(self, page: PageRequest) -> Page[Run]:
        """Return a page of them, newest first."""
        ...

    async def existing(self, id: str) -> TeamView:
        """Return one with all its turns. Raises TeamNotFound."""
        ...

    async def paused(self, ids: Sequence[str]) -> set[str]:
        """Return those of these runs that are paused."""
        ...

    async def set_paused(self, id: str, paused: bool) -> None:
        """Mark a run as paused, or as not."""
        ...

    async def open_pauses(self, id: str) -> list[str]:
        """Return the ids of the children by which a run waits for the end of its pause."""
        ...


class TeamMembers(Protocol):
    """The agents that teams are made up of."""

    async def active(self, user_id: str) -> list[TeamAgent]:
        """Return the active agents of an owner."""
        ...


class TeamPauses(Protocol):
    """Whether runs are paused, for whoever runs them; short reads."""

    async def is_paused(self, run_id: str) -> bool:
        """Say whether somebody has paused the run."""
        ...


class IterationNews(Protocol):
    """Tells whoever watches that iterations have ended."""

    async def publish(self, run: Run, news: dict[str, Any]) -> None:
        """Keep the news of an iteration and tell it; the same iteration's again changes nothing."""
        ...


class IterationFeed(Protocol):
    """An owner's iterations as they end."""

    def follow(self, user_id: str, run_id: str | None, after: int | None) -> AsyncIterator[Sequence[Frame]]:
        """Yield iterations that end after a seq (None: from now on), of one run or of all, live and without end.

        An empty batch is a heartbeat.
        """
        ...
