"""Commands about single tasks of a workflow; each makes the workflow's next version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynagent.application.commands.workflows.configure import WorkflowWriter
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.workflows import Task, TaskNotFound, Workflow, WorkflowNotFound, Workflows


@dataclass(frozen=True)
class StoredTask:
    """A task and the workflow that it is of, as they are now."""

    workflow: Workflow
    task: Task


@dataclass(frozen=True)
class AddTask(Command[StoredTask], needs="workflows:write", raises=(WorkflowNotFound, InvalidInput)):
    """Add a task at the end of a workflow. Raises WorkflowNotFound, InvalidInput."""

    workflow_id: str
    task: Task


@dataclass(frozen=True)
class ChangeTask(Command[StoredTask], needs="workflows:write", raises=(TaskNotFound, InvalidInput)):
    """Change fields of a task. Raises TaskNotFound, InvalidInput."""

    task_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class RemoveTask(Command[Workflow], needs="workflows:write", raises=(TaskNotFound, InvalidInput)):
    """Remove a task; others no longer have it as their context. Raises TaskNotFound, InvalidInput."""

    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTaskHandler:
    """Handles AddTask."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: AddTask, caller: Caller) -> StoredTask:
        """Return the task with its id."""
        workflow = await self.workflows.existing(message.workflow_id)
        changed = workflow.with_tasks(lambda tasks: [*tasks, message.task], now=self.writer.clock())
        stored = await self.writer.change(workflow, changed, caller)
        return StoredTask(stored, stored.definition.tasks[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTaskHandler:
    """Handles ChangeTask."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: ChangeTask, caller: Caller) -> StoredTask:
        """Return the task as it is now."""
        workflow = await workflow_of(self.workflows, message.task_id)
        old = workflow.task(message.task_id)
        new = Task.model_validate({**dict(old), **message.changes, "task_id": old.task_id})
        changed = workflow.with_tasks(
            lambda tasks: [new if task.task_id == old.task_id else task for task in tasks], now=self.writer.clock()
        )
        stored = await self.writer.change(workflow, changed, caller)
        return StoredTask(stored, stored.task(old.task_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTaskHandler:
    """Handles RemoveTask."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: RemoveTask, caller: Caller) -> Workflow:
        """Return the workflow without it."""
        workflow = await workflow_of(self.workflows, message.task_id)
        gone = message.task_id

        def without(tasks: list[Task]) -> list[Task]:
            return [
                task.model_copy(update={"context_task_ids": tuple(id for id in task.context_task_ids if id != gone)})
                for task in tasks
                if task.task_id != gone
            ]

        return await self.writer.change(workflow, workflow.with_tasks(without, now=self.writer.clock()), caller)


async def workflow_of(workflows: Workflows, task_id: str) -> Workflow:
    """Return the owner's workflow that has this task. Raises TaskNotFound."""
    workflow = await workflows.of_task(task_id)
    if workflow is None:
        raise TaskNotFound(f"there is no task {task_id!r}")
    return workflow
