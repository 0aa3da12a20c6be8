"""The workflow: a named definition with versions, its changes, and the facts told about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, NotFound, StaleVersion
from dynagent.core.shared.events import DomainEvent
from dynagent.core.workflows.definition import Definition, ProcessType, Task

KIND = "workflow"
"""The kind of run that a workflow's executions are."""


class WorkflowNotFound(NotFound):
    """No workflow under this id that the caller may see."""

    code = "workflow_not_found"


class WorkflowVersionNotFound(NotFound):
    """The workflow has no version with this number."""

    code = "workflow_version_not_found"


class WorkflowChangedMeanwhile(StaleVersion):
    """The caller's version is not the current one; `extra` carries `current_version`."""

    code = "workflow_changed_meanwhile"


class TaskNotFound(NotFound):
    """No task under this id that the caller may see."""

    code = "task_not_found"


class WorkflowInUse(Conflict):
    """Other workflows have this one as a step; `extra` has `used_by`."""

    code = "workflow_in_use"


class Workflow(BaseModel):
    """A workflow as stored; `version` counts from 1, +1 with each change of name, description or definition."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=255)
    description: str = Field(default="", max_length=10_000)
    version: int = 1
    definition: Definition
    created_at: datetime
    updated_at: datetime

    def changed(self, *, now: datetime, **fields: Any) -> "Workflow":
        """Return the next version with these fields; itself when they are the same."""
        same = self.model_copy(update=fields)
        if same == self:
            return self
        update = {**fields, "version": self.version + 1, "updated_at": later(now, self.updated_at)}
        return self.model_validate({**dict(self), **update})

    def check_version(self, expected: int | None) -> None:
        """Refuse with WorkflowChangedMeanwhile when the caller speaks of another version (None: any)."""
        if expected is not None and expected != self.version:
            raise WorkflowChangedMeanwhile(
                f"workflow {self.id} is at version {self.version}, the change was made against {expected}",
                extra={"current_version": self.version},
            )

    def with_tasks(self, change: Callable[[list[Task]], list[Task]], *, now: datetime) -> "Workflow":
        """Return the next version with other tasks."""
        tasks = tuple(change(list(self.definition.tasks)))
        definition = self.definition.model_copy(update={"tasks": tasks})
        return self.changed(
            now=now, definition=definition.with_ids({task.task_id: task for task in self.definition.tasks})
        )

    def task(self, task_id: str) -> Task:
        """Return one of its tasks. Raises TaskNotFound."""
        for task in self.definition.tasks:
            if task.task_id == task_id:
                return task
        raise TaskNotFound(f"there is no task {task_id!r}")


class WorkflowVersion(BaseModel):
    """One immutable version of a workflow."""

    model_config = ConfigDict(frozen=True)

    workflow_id: str
    version: int
    name: str
    description: str
    definition: Definition
    created_at: datetime
    created_by: str


class WorkflowFilter(BaseModel):
    """Which workflows a list shows: `search` in name and description, the process, those that place an agent."""

    model_config = ConfigDict(frozen=True)

    search: str | None = Field(default=None, max_length=200)
    process_type: ProcessType | None = None
    agent_id: str | None = Field(default=None, max_length=100)


class WorkflowEvent(DomainEvent):
    """Something happened to a workflow."""

    name: ClassVar[str] = "workflow.event"
    workflow_id: str
    version: int


class WorkflowCreated(WorkflowEvent):
    """A new workflow is there."""

    name: ClassVar[str] = "workflow.created"


class WorkflowUpdated(WorkflowEvent):
    """A workflow has a new version."""

    name: ClassVar[str] = "workflow.updated"


class WorkflowDeleted(WorkflowEvent):
    """A workflow is gone."""

    name: ClassVar[str] = "workflow.deleted"


class WorkflowStarted(DomainEvent):
    """A run of a workflow was accepted."""

    name: ClassVar[str] = "workflow.started"
    workflow_id: str
    execution_id: str
