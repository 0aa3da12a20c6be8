"""Records of executions that another engine runs: made, and changed, by what it reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Execution, ExecutionNotFound, ExecutionOver, Executions
from dynagent.core.runs import RunStatus
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import StaleVersion
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import (
    KIND,
    NotRecorded,
    RecordedExecutions,
    WorkflowNotFound,
    Workflows,
    last_event,
    reported,
    summary_of,
)


@dataclass(frozen=True, kw_only=True)
class RecordExecution(
    Command[Execution], needs="executions:record", audit="execution.recorded", raises=(WorkflowNotFound,)
):
    """Keep a record of a workflow's execution by another engine; no worker ever takes it. Raises WorkflowNotFound."""

    workflow_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class ChangeRecord(
    Command[Execution],
    needs="executions:record",
    audit="execution.record_changed",
    raises=(ExecutionNotFound, NotRecorded, ExecutionOver, StaleVersion),
):
    """Keep what another engine reports of an execution that it has recorded.

    Raises ExecutionNotFound, NotRecorded, ExecutionOver, StaleVersion.
    """

    execution_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExecutionHandler:
    """Handles RecordExecution."""

    workflows: Workflows
    records: RecordedExecutions
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: RecordExecution, caller: Caller) -> Execution:
        """Return the record."""
        workflow = await self.workflows.existing(message.workflow_id)
        now, inputs = self.clock(), dict(message.inputs)
        empty = Execution(
            id=self.new_id(),
            user_id=caller.user_id,
            kind=KIND,
            subject_id=workflow.id,
            subject_version=workflow.version,
            subject_name=workflow.name,
            input={"query": summary_of(inputs), "inputs": inputs, "recorded_status": RunStatus.PENDING.value},
            status=RunStatus.WAITING,
            created_at=now,
        )
        record = reported(empty, message.changes, now=now)
        await self.records.add(record)
        last = last_event(record)
        if last is not None:
            await self.records.change(record, last)
        await self.uow.commit()
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecordHandler:
    """Handles ChangeRecord."""

    executions: Executions
    records: RecordedExecutions
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ChangeRecord, caller: Caller) -> Execution:
        """Return the record as it is now."""
        record = await self.executions.existing(message.execution_id)
        changed = reported(record, message.changes, now=self.clock())
        await self.records.change(changed, last_event(changed))
        await self.uow.commit()
        return changed
