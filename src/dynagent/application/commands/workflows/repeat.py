"""Running a workflow's run again: replayed whole, retried from what failed, or forked from a chosen step.

A run that has ended never changes; what is run again is a new run of the same version. What the steps returned that it
takes over is part of its input, so they are not called or paid for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from dynagent.application.commands.workflows.configure import WorkflowRules
from dynagent.application.commands.workflows.start import WorkflowSettings
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import (
    Execution,
    ExecutionNotFound,
    Executions,
    NothingToRetry,
    NotYetOver,
    TooManyExecutions,
)
from dynagent.core.runs import (
    AnyTraceEvent,
    CallError,
    Notifier,
    Origin,
    Run,
    RunStatus,
    TaskEnd,
    TaskStart,
    TraceEvent,
    TraceLog,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.text import clean_json
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import (
    KIND,
    AggregatorNode,
    Changes,
    Conditions,
    Definition,
    Earlier,
    Plan,
    StepResult,
    TakenOver,
    TaskExecution,
    WorkflowExecutions,
    WorkflowNotFound,
    Workflows,
    WorkflowStarted,
    WorkflowVersionNotFound,
    first_try,
    logged_text,
    read_result,
    stored_result,
    summary_of,
    take_over,
)

READ_PAGE = 1000
EVENTS: TypeAdapter[AnyTraceEvent] = TypeAdapter(TraceEvent)


@dataclass(frozen=True, kw_only=True)
class RepeatWorkflowRun(
    Command[Execution],
    needs="executions:run",
    audit="execution.repeated",
    raises=(
        ExecutionNotFound,
        WorkflowNotFound,
        WorkflowVersionNotFound,
        NotYetOver,
        NothingToRetry,
        TooManyExecutions,
        InvalidInput,
    ),
):
    """Run a workflow's run again with the same version and inputs.

    A retry takes over all that was done, a fork all that does not depend on the step `from_step`, which is done again;
    it may believe other outputs (`steps`, by key, node, task or name) and other inputs. Raises ExecutionNotFound,
    WorkflowNotFound, WorkflowVersionNotFound, NotYetOver, NothingToRetry, TooManyExecutions, InvalidInput.
    """

    execution_id: str
    kind: Literal["replay", "retry", "fork"]
    from_step: str | None = None
    steps: Mapping[str, Any] = field(default_factory=dict[str, Any])
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatWorkflowRunHandler:
    """Handles RepeatWorkflowRun."""

    workflows: Workflows
    runs: WorkflowExecutions
    executions: Executions
    rules: WorkflowRules
    conditions: Conditions
    trace: TraceLog
    uow: UnitOfWork
    notifier: Notifier
    settings: WorkflowSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: RepeatWorkflowRun, caller: Caller) -> Execution:
        """Return the new, pending run."""
        old = await self.runs.get(message.execution_id)
        if old is None:
            raise ExecutionNotFound(f"there is no execution of a workflow {message.execution_id!r}")
        if not old.status.over:
            raise NotYetOver(f"execution {old.id} is {old.status.value}; cancel it or wait for its end")
        if message.kind == "retry" and old.status is RunStatus.COMPLETED:
            raise NothingToRetry(f"execution {old.id} was completed; replay or fork it instead")
        definition = await self._definition(old, caller)
        waiting, most = await self.executions.waiting(self.settings.max_waiting_per_user), self._most
        if waiting >= most:
            raise TooManyExecutions(f"{waiting} of your executions are waiting; at most {most} may")
        given, log = await self._begun(old, definition, message)
        run = self._again(old, definition, given, message.kind)
        await self.executions.create_from(run, log)
        self.uow.record(
            WorkflowStarted(
                occurred_at=run.created_at, user_id=caller.user_id, workflow_id=run.subject_id, execution_id=run.id
            )
        )
        await self.uow.commit()
        await self.notifier.notify(run.id, run.lane)
        return run

    @property
    def _most(self) -> int:
        return self.settings.max_waiting_per_user

    async def _definition(self, old: Run, caller: Caller) -> Definition:
        """Return what the run was of, if it can still be run."""
        workflow = await self.workflows.existing(old.subject_id)
        version = await self.workflows.get_version(workflow.id, old.subject_version)
        if version is None:
            raise WorkflowVersionNotFound(f"workflow {workflow.id} has no version {old.subject_version}")
        await self.rules.check(version.definition, caller, of=workflow.id)
        return version.definition

    async def _begun(
        self, old: Run, definition: Definition, message: RepeatWorkflowRun
    ) -> tuple[dict[str, Any], list[AnyTraceEvent]]:
        """Return what the new run is given, and the events of what it takes over."""
        inputs: dict[str, Any] = old.input.get("inputs") or {}
        files = {"file_ids": old.input["file_ids"]} if old.input.get("file_ids") else {}
        if message.kind == "replay":
            return {"query": summary_of(inputs), "inputs": inputs, **files}, []
        steps = await self.runs.tasks(old.id)
        earlier = Earlier(inputs=inputs, steps=steps, recorded=await self._recorded(old, definition))
        changes = Changes(
            from_step=message.from_step, steps=clean_json(dict(message.steps)), inputs=clean_json(dict(message.inputs))
        )
        taken = take_over(Plan(definition, self.conditions), earlier, changes)
        error = taken.progress.error
        if message.kind == "retry" and error is not None:
            raise NothingToRetry(f"it would fail again at once: {error.message}. Fork it with another state instead")
        by_key = {step.key: step for step in steps}
        done = {key: _stored(key, result, taken, by_key.get(key)) for key, result in taken.results.items()}
        log = [event for key, result in taken.results.items() for event in _events_of(key, result, by_key.get(key))]
        given = {"query": summary_of(dict(taken.inputs)), "inputs": dict(taken.inputs), "done": done, **files}
        if message.kind == "retry":
            given["within"] = await self._within(steps, taken)
        return given, log

    async def _within(self, steps: Sequence[TaskExecution], taken: TakenOver) -> dict[str, Any]:
        """Return what workflows that are steps, and failed, take over in their turn, by the key of the step."""
        found: dict[str, Any] = {}
        for step in steps:
            if step.kind != KIND or step.key in taken.results or not step.status.over:
                continue
            run = await self.runs.get(step.id)
            version = None if run is None else await self.workflows.get_version(run.subject_id, run.subject_version)
            if run is None or version is None or run.status is RunStatus.COMPLETED:
                continue
            try:
                again = RepeatWorkflowRun(execution_id=run.id, kind="retry")
                given, _ = await self._begun(run, version.definition, again)
            except NothingToRetry:
                continue
            found[first_try(step.key)] = {name: given[name] for name in ("inputs", "done", "within")} | {
                "version": run.subject_version
            }
        return found

    async def _recorded(self, old: Run, definition: Definition) -> dict[str, StepResult]:
        """Return what the log alone says: the outputs of steps that took what came first."""
        if not any(isinstance(node, AggregatorNode) and node.config.wait == "any" for node in definition.nodes):
            return {}
        stored: dict[str, Any] = old.input.get("done") or {}
        found = {key: read_result(item) for key, item in stored.items() if "run_id" not in item}
        after = 0
        while frames := await self.trace.read(old.id, after, READ_PAGE, ended=True):
            for frame in frames:
                event = EVENTS.validate_json(frame.payload)
                if isinstance(event, TaskEnd) and event.run_id is None and event.value is not None:
                    found[event.key] = StepResult("completed", event.value)
            after = frames[-1].seq
        return found

    def _again(self, old: Run, definition: Definition, given: dict[str, Any], kind: Any) -> Execution:
        return Execution.start(
            timeout_s=definition.run_timeout_s or self.settings.workflow_timeout_s,
            now=self.clock(),
            id=self.new_id(),
            user_id=old.user_id,
            kind=KIND,
            subject_id=old.subject_id,
            subject_version=old.subject_version,
            subject_name=old.subject_name,
            input=given,
            lane="interactive",
            priority=old.priority,
            origin=Origin(execution_id=old.id, kind=kind),
        )


def _stored(key: str, result: StepResult, taken: TakenOver, step: TaskExecution | None) -> dict[str, Any]:
    return stored_result(result) if step is None else step.stored(result, edited=key in taken.edited)


def _events_of(key: str, result: StepResult, step: TaskExecution | None) -> list[AnyTraceEvent]:
    """Return the events of a step that is taken over; the end of one without a run of its own has its whole output."""
    name = key.rsplit("/", 1)[-1]
    common: dict[str, Any] = {"span_id": key, "key": key}
    common |= {"step": name, "name": name} if step is None else {"step": step.step, "name": step.name}
    end = TaskEnd(
        timestamp=_epoch(step and step.completed_at),
        status=result.status,
        run_id=step and step.id,
        output=logged_text(result.output),
        value=result.output if step is None else None,
        error=result.error and CallError(code=result.error.code, message=result.error.message),
        duration_ms=step and step.duration_ms,
        **common,
    )
    if step is None:
        return [end]
    start = TaskStart(
        timestamp=_epoch(step.started_at),
        kind=step.kind,
        part=step.part,
        run_id=step.id,
        task_id=step.task_id,
        agent_id=step.agent_id,
        **common,
    )
    return [start, end]


def _epoch(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0
