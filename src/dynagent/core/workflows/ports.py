"""Where workflows are stored, and what their rules must know of other nouns."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from dynagent.core.runs import Run
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository
from dynagent.core.workflows.entity import Workflow, WorkflowFilter, WorkflowNotFound, WorkflowVersion


class Workflows(BaseRepository[Workflow]):
    """The owner's workflows; `create` and `update` also write the version, the placed agents and the tasks as rows."""

    noun = "workflow"
    not_found = WorkflowNotFound

    async def find(self, wanted: WorkflowFilter, page: PageRequest) -> Page[Workflow]:
        """Return a page of workflows that match, newest first."""
        raise NotImplementedError

    async def versions(self, id: str, page: PageRequest) -> Page[WorkflowVersion]:
        """Return the versions of a workflow, newest first (skip and limit only)."""
        raise NotImplementedError

    async def get_version(self, id: str, version: int) -> WorkflowVersion | None:
        """Return one version, or None."""
        raise NotImplementedError

    async def of_task(self, task_id: str) -> Workflow | None:
        """Return the owner's workflow that has this task, or None."""
        raise NotImplementedError

    async def known(self, ids: Sequence[str]) -> Mapping[str, Workflow]:
        """Return those of the owner's workflows that have these ids (one query)."""
        raise NotImplementedError

    async def known_agents(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return id → name of those ids that are agents of the owner (one query)."""
        raise NotImplementedError

    async def users_of(self, id: str) -> Sequence[Workflow]:
        """Return the owner's other workflows that have this one as a step."""
        raise NotImplementedError


class KnownTools(Protocol):
    """What the rules of a workflow must know of tools."""

    async def unknown(self, names: Sequence[str], user_id: str) -> list[str]:
        """Return the names that are no tool of the user."""
        ...


class WorkflowPauses(Protocol):
    """Pauses runs from within, for whoever runs them."""

    async def pause(self, run: Run) -> None:
        """Pause a run that is being run, all that it has started with it; one that is to be cancelled is not paused."""
        ...


class WorkflowDefinitions(Protocol):
    """Immutable versions of any owner's workflows, for whoever runs them."""

    async def get(self, workflow_id: str, version: int) -> WorkflowVersion:
        """Return one version. Raises WorkflowVersionNotFound."""
        ...

    async def latest(self, workflow_id: str, user_id: str) -> WorkflowVersion:
        """Return the current version of a workflow of this owner. Raises WorkflowNotFound."""
        ...
