"""Commands that write a workflow: create, change, clone, restore, remove."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import (
    Definition,
    Workflow,
    WorkflowChangedMeanwhile,
    WorkflowChecks,
    WorkflowCreated,
    WorkflowDeleted,
    WorkflowInUse,
    WorkflowNotFound,
    Workflows,
    WorkflowUpdated,
    WorkflowVersionNotFound,
)

MAX_NAME = 255


@dataclass(frozen=True, kw_only=True)
class CreateWorkflow(Command[Workflow], needs="workflows:write", raises=(InvalidInput,)):
    """Make a workflow. Raises InvalidInput with a pointer to everything in the definition that cannot run."""

    name: str
    description: str = ""
    definition: Definition = field(default_factory=Definition)


@dataclass(frozen=True, kw_only=True)
class ChangeWorkflow(
    Command[Workflow], needs="workflows:write", raises=(WorkflowNotFound, InvalidInput, WorkflowChangedMeanwhile)
):
    """Change fields of a workflow or of its definition; makes its next version.

    Raises WorkflowNotFound, InvalidInput, WorkflowChangedMeanwhile when `expected_version` is not the current one.
    """

    workflow_id: str
    changes: Mapping[str, Any]
    expected_version: int | None = None


@dataclass(frozen=True)
class CloneWorkflow(Command[Workflow], needs="workflows:write", raises=(WorkflowNotFound, InvalidInput)):
    """Make a new workflow with the definition of another. Raises WorkflowNotFound, InvalidInput."""

    workflow_id: str
    name: str | None = None


@dataclass(frozen=True)
class RestoreWorkflowVersion(
    Command[Workflow],
    needs="workflows:write",
    raises=(WorkflowNotFound, WorkflowVersionNotFound, InvalidInput, WorkflowChangedMeanwhile),
):
    """Make an earlier version the workflow's next one.

    Raises WorkflowNotFound, WorkflowVersionNotFound, InvalidInput, WorkflowChangedMeanwhile.
    """

    workflow_id: str
    version: int
    expected_version: int | None = None


@dataclass(frozen=True)
class RemoveWorkflow(
    Command[Workflow], needs="workflows:write", raises=(WorkflowNotFound, WorkflowInUse, WorkflowChangedMeanwhile)
):
    """Remove a workflow and its versions; its executions stay. Returns what was removed.

    Raises WorkflowNotFound, WorkflowInUse while others have it as a step, WorkflowChangedMeanwhile.
    """

    workflow_id: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRules:
    """Refuses definitions that cannot run."""

    checks: WorkflowChecks

    async def check(self, definition: Definition, caller: Caller, *, of: str | None = None) -> None:
        """Refuse with InvalidInput what breaks a rule; `of` is the workflow that it is to be the definition of."""
        found = await self.checks.violations(definition, user_id=caller.user_id, of=of)
        if found:
            raise InvalidInput("the workflow's definition cannot be run", violations=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowWriter:
    """Checks, stores and announces what becomes of a workflow."""

    workflows: Workflows
    uow: UnitOfWork
    rules: WorkflowRules
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def add(self, name: str, description: str, definition: Definition, caller: Caller) -> Workflow:
        """Check, store and announce a new workflow."""
        await self.rules.check(definition, caller)
        now = self.clock()
        workflow = Workflow(
            id=self.new_id(),
            user_id=caller.user_id,
            name=name,
            description=description,
            definition=definition.with_ids(frozenset()),
            created_at=now,
            updated_at=now,
        )
        stored = await self.workflows.create(workflow)
        self.uow.record(WorkflowCreated(occurred_at=now, user_id=caller.user_id, workflow_id=stored.id, version=1))
        await self.uow.commit()
        return stored

    async def change(self, before: Workflow, changed: Workflow, caller: Caller) -> Workflow:
        """Check, store and announce the next version; without a change the workflow stays as it is."""
        if changed is before:
            return before
        await self.rules.check(changed.definition, caller, of=changed.id)
        stored = await self.workflows.update(changed)
        self.uow.record(
            WorkflowUpdated(
                occurred_at=stored.updated_at, user_id=caller.user_id, workflow_id=stored.id, version=stored.version
            )
        )
        await self.uow.commit()
        return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWorkflowHandler:
    """Handles CreateWorkflow."""

    writer: WorkflowWriter

    async def __call__(self, message: CreateWorkflow, caller: Caller) -> Workflow:
        """Return the new workflow at version 1."""
        return await self.writer.add(message.name, message.description, message.definition, caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWorkflowHandler:
    """Handles ChangeWorkflow."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: ChangeWorkflow, caller: Caller) -> Workflow:
        """Return the workflow at its next version."""
        workflow = await self.workflows.existing(message.workflow_id)
        workflow.check_version(message.expected_version)
        own = {name: value for name, value in message.changes.items() if name in ("name", "description")}
        parts = {name: value for name, value in message.changes.items() if name not in own}
        definition = merged(workflow.definition, parts).with_ids(workflow.definition.task_ids)
        changed = workflow.changed(now=self.writer.clock(), definition=definition, **own)
        return await self.writer.change(workflow, changed, caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneWorkflowHandler:
    """Handles CloneWorkflow."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: CloneWorkflow, caller: Caller) -> Workflow:
        """Return the copy, named as asked or `<name> (copy)`."""
        original = await self.workflows.existing(message.workflow_id)
        ending = " (copy)"
        name = message.name or original.name[: MAX_NAME - len(ending)] + ending
        return await self.writer.add(name, original.description, original.definition, caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreWorkflowVersionHandler:
    """Handles RestoreWorkflowVersion."""

    workflows: Workflows
    writer: WorkflowWriter

    async def __call__(self, message: RestoreWorkflowVersion, caller: Caller) -> Workflow:
        """Return the workflow at its next version, as it was then."""
        workflow = await self.workflows.existing(message.workflow_id)
        workflow.check_version(message.expected_version)
        earlier = await self.workflows.get_version(workflow.id, message.version)
        if earlier is None:
            raise WorkflowVersionNotFound(f"workflow {workflow.id} has no version {message.version}")
        changed = workflow.changed(
            now=self.writer.clock(),
            name=earlier.name,
            description=earlier.description,
            definition=earlier.definition,
        )
        return await self.writer.change(workflow, changed, caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWorkflowHandler:
    """Handles RemoveWorkflow."""

    workflows: Workflows
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: RemoveWorkflow, caller: Caller) -> Workflow:
        """Return the workflow as it was."""
        workflow = await self.workflows.existing(message.workflow_id)
        workflow.check_version(message.expected_version)
        users = await self.workflows.users_of(workflow.id)
        if users:
            names = ", ".join(repr(user.name) for user in users)
            used_by = [{"kind": "workflow", "id": user.id, "name": user.name} for user in users]
            raise WorkflowInUse(f"workflow {workflow.name!r} is a step of {names}", extra={"used_by": used_by})
        await self.workflows.delete(workflow.id)
        self.uow.record(
            WorkflowDeleted(
                occurred_at=self.clock(), user_id=caller.user_id, workflow_id=workflow.id, version=workflow.version
            )
        )
        await self.uow.commit()
        return workflow


def merged(definition: Definition, parts: Mapping[str, Any]) -> Definition:
    """Return the definition with some parts replaced. Raises InvalidInput, one violation per misfit."""
    try:
        return Definition.model_validate({**dict(definition), **parts})
    except pydantic.ValidationError as error:
        violations = [
            Violation("/" + "/".join(str(part) for part in item["loc"]), item["type"], item["msg"])
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidInput("the change does not fit a workflow's definition", violations=violations) from None
