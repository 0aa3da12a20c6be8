"""Running an execution again: replayed whole, retried from the step that failed, or forked from a chosen step.

An execution that has ended never changes; what is run again is a new execution. A retry or fork begins with the
finished steps of the old one as its journal, so nothing before the chosen step is called or paid for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import (
    AGENT,
    Execution,
    ExecutionNotFound,
    Executions,
    NothingToRetry,
    NotYetOver,
    TooManyExecutions,
)
from dynagent.core.runs import (
    AnyTraceEvent,
    Message,
    NodeEnd,
    NodeStart,
    Notifier,
    Origin,
    RunStatus,
    ToolEnd,
    ToolStart,
    TraceEvent,
    TraceLog,
    result_line,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import Conflict, InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.text import clean_json
from dynagent.core.shared.unit_of_work import UnitOfWork

READ_PAGE = 1000
EVENTS: TypeAdapter[AnyTraceEvent] = TypeAdapter(TraceEvent)
STEPS = (NodeStart, NodeEnd, Message, ToolStart, ToolEnd)


class NotRepeatable(Conflict):
    """A step that no agent does is not run again by itself; `extra` has its `kind` and the `root_run_id`."""

    code = "execution_not_repeatable"


@dataclass(frozen=True, kw_only=True)
class RepeatExecution(
    Command[Execution],
    needs="executions:run",
    raises=(ExecutionNotFound, NotRepeatable, NotYetOver, NothingToRetry, TooManyExecutions, InvalidInput),
):
    """Run an execution again with the same agent version and input.

    `fork` needs `after_seq`, the last event that is kept, and may change what that event holds: `edit` has `content`
    for a message, `result` for the end of a tool call. Raises ExecutionNotFound, NotRepeatable, NotYetOver,
    NothingToRetry, TooManyExecutions, InvalidInput.
    """

    execution_id: str
    kind: Literal["replay", "retry", "fork"]
    after_seq: int | None = None
    edit: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RepeatExecutionHandler:
    """Handles RepeatExecution."""

    executions: Executions
    uow: UnitOfWork
    _: KW_ONLY
    trace: TraceLog
    notifier: Notifier
    settings: SubmitSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: RepeatExecution, caller: Caller) -> Execution:
        """Return the new, pending execution."""
        old = await self.executions.existing(message.execution_id)
        if old.kind != AGENT:
            raise NotRepeatable(
                f"execution {old.id} is a step of kind {old.kind}: run the whole run {old.root_run_id} again",
                extra={"kind": old.kind, "root_run_id": old.root_run_id},
            )
        if not old.status.over:
            raise NotYetOver(f"execution {old.id} is {old.status.value}; cancel it or wait for its end")
        if message.kind == "retry" and old.status is RunStatus.COMPLETED:
            raise NothingToRetry(f"execution {old.id} was completed; replay or fork it instead")
        self.settings.check_room(await self.executions.waiting(self.settings.max_waiting_per_user))
        events = [] if message.kind == "replay" else _carried_over(await self._log(old.id), message)
        execution = self._again(old, message)
        stored = await self.executions.create_from(execution, events)
        await self.uow.commit()
        await self.notifier.notify(stored.id, stored.lane)
        return stored

    async def _log(self, execution_id: str) -> list[AnyTraceEvent]:
        events: list[AnyTraceEvent] = []
        while frames := await self.trace.read(execution_id, events[-1].seq if events else 0, READ_PAGE):
            events += [EVENTS.validate_json(frame.payload) for frame in frames]
        return events

    def _again(self, old: Execution, message: RepeatExecution) -> Execution:
        limit_s = (old.deadline - old.created_at).total_seconds() if old.deadline else 3600.0
        return Execution.start(
            timeout_s=limit_s,
            now=self.clock(),
            id=self.new_id(),
            user_id=old.user_id,
            agent_id=old.agent_id,
            agent_version=old.agent_version,
            agent_name=old.agent_name,
            query=old.query,
            model=old.model,
            context=old.context,
            chat_id=old.chat_id,
            lane="interactive",
            priority=old.priority,
            output_schema=old.output_schema,
            **({"file_ids": list(old.file_ids)} if old.file_ids else {}),
            origin=Origin(execution_id=old.id, kind=message.kind, seq=message.after_seq or 0),
        )


def _carried_over(log: Sequence[AnyTraceEvent], message: RepeatExecution) -> list[AnyTraceEvent]:
    """Return the steps that the new execution takes over: those that are finished, up to the chosen event."""
    cut = log[-1].seq if message.kind == "retry" and log else message.after_seq or 0
    chosen = next((event for event in log if event.seq == cut), None)
    if message.kind == "fork" and chosen is None:
        raise InvalidInput(
            "there is no such step",
            violations=[Violation("/after_seq", "known_event", f"the log has no event {message.after_seq}")],
        )
    edited = _edited(chosen, message.edit) if chosen is not None and message.edit else chosen
    steps: list[AnyTraceEvent] = [event for event in log if isinstance(event, STEPS) and event.seq <= cut]
    ended = {event.call_key for event in steps if isinstance(event, ToolEnd)}

    def carried_over(event: AnyTraceEvent) -> bool:
        # A start without its end is a call in doubt. After a fork it is to be made, by the will of who chose the step;
        # a retry asks about one that must not be repeated, for it may have taken place.
        if not isinstance(event, ToolStart) or event.call_key in ended:
            return True
        return message.kind == "retry" and not event.repeatable

    return [edited if event is chosen and edited is not None else event for event in steps if carried_over(event)]


def _edited(event: AnyTraceEvent, edit: Mapping[str, Any]) -> AnyTraceEvent:
    allowed = {"message": {"content"}, "tool_end": {"result"}}.get(event.type, set[str]())
    if not edit.keys() <= allowed:
        rule = f"of a {event.type} event {' and '.join(sorted(allowed)) or 'nothing'} can be edited"
        raise InvalidInput("this cannot be edited", violations=[Violation("/edit", "editable", rule)])
    edit = clean_json(dict(edit))
    changed = {**event.model_dump(), **edit}
    if event.type == "tool_end":
        changed |= {"error": None, "line": result_line(edit["result"])}
    try:
        return EVENTS.validate_python(changed)
    except ValidationError as error:
        found = [Violation(f"/edit/{item['loc'][-1]}", item["type"], item["msg"]) for item in error.errors()]
        raise InvalidInput("the edit does not fit", violations=found) from None
