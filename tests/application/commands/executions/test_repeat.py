"""Running again: replay from the start, retry after what was finished, fork after a chosen and perhaps edited step."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter

from dynagent.application.commands.executions.repeat import (
    RepeatExecution,
    RepeatExecutionHandler,
)
from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.executions import Execution, ExecutionNotFound, NothingToRetry, NotYetOver, TooManyExecutions
from dynagent.core.runs import (
    AnyTraceEvent,
    CallError,
    Failed,
    Journal,
    Message,
    NodeStart,
    Origin,
    RunStatus,
    ToolEnd,
    ToolStart,
    TraceEvent,
    UsageReport,
)
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import new_id
from tests.fakes.clock import FakeClock
from tests.fakes.executions import FakeExecutions, FakeNotifier
from tests.fakes.unit_of_work import FakeUnitOfWork

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
EVENTS = TypeAdapter[AnyTraceEvent](TraceEvent)


def start(key: str) -> ToolStart:
    return ToolStart(timestamp=3, tool="t", arguments={}, call_id=key, call_key=key, line="")


def end(key: str) -> ToolEnd:
    error = CallError(code="x", message="y")
    return ToolEnd(timestamp=4, tool="t", call_id=key, call_key=key, duration_ms=1, line="✘ x: y", error=error)


LOG: list[AnyTraceEvent] = [
    NodeStart(timestamp=1, node="analyze", span_id="analyze.1"),
    UsageReport(timestamp=2, model="m", input_tokens=1, output_tokens=1, total_tokens=2, duration_ms=1),
    Message(timestamp=2, message_id="m", content="Well.", model="m", call_key="analyze.1/model.1"),
    start("k1"),
    start("k2"),
    end("k1"),
    Failed(timestamp=9, message="the model is away", error_code="model_unavailable", duration_ms=8),
]
"""Seq 2 to 8; k2 was begun and never ended."""


@dataclass
class Desk:
    """An execution that failed, and the ports of the handler."""

    status: RunStatus = RunStatus.FAILED
    executions: FakeExecutions = field(default_factory=FakeExecutions)
    uow: FakeUnitOfWork = field(default_factory=FakeUnitOfWork)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def __post_init__(self) -> None:
        self.old = Execution(
            id=new_id(),
            user_id=LOCAL_ADMIN.user_id,
            agent_id=new_id(),
            agent_version=3,
            agent_name="A",
            query="What is 23*19?",
            model="m",
            answered_model="m-2026-01-01",
            context={"a": 1},
            chat_id="c",
            lane="batch",
            priority=4,
            status=self.status,
            attempt=2,
            idempotency_key="once",
            deadline=NOON + timedelta(seconds=60),
            created_at=NOON,
        )
        self.executions.stored[self.old.id] = self.old
        self.executions.trace.store(self.old.id, self.old.opening_event(), *LOG)

    async def again(self, kind: Literal["replay", "retry", "fork"], id: str | None = None, **more: Any) -> Execution:
        """Send the message."""
        handler = RepeatExecutionHandler(
            self.executions,
            self.uow,
            trace=self.executions.trace,
            notifier=self.notifier,
            settings=SubmitSettings(max_waiting_per_user=2, queue_retry_after_s=7),
            clock=FakeClock(),
        )
        return await handler(RepeatExecution(execution_id=id or self.old.id, kind=kind, **more), LOCAL_ADMIN)

    def log(self, execution: Execution) -> list[AnyTraceEvent]:
        """Return the events after the opening one."""
        return [EVENTS.validate_json(frame.payload) for frame in self.executions.trace.logs[execution.id][1:]]


def keys(events: list[AnyTraceEvent]) -> list[str]:
    return [f"{event.type} {getattr(event, 'call_key', '')}".strip() for event in events]


async def test_a_replay_begins_with_nothing_and_the_same_input():
    desk = Desk()
    new = await desk.again("replay")
    same = ("user_id", "agent_id", "agent_version", "agent_name", "query", "model", "context", "chat_id")
    assert [getattr(new, name) for name in same] == [getattr(desk.old, name) for name in same]
    assert (new.status, new.attempt, new.idempotency_key) == (RunStatus.PENDING, 0, None)
    assert (new.lane, new.priority, new.id != desk.old.id) == ("interactive", 4, True)
    assert new.deadline is not None
    assert new.deadline - new.created_at == timedelta(seconds=60)
    assert new.origin == Origin(execution_id=desk.old.id, kind="replay", seq=0)
    assert new.answered_model is None
    assert desk.log(new) == []
    assert (desk.uow.commits, desk.notifier.notified) == (1, [(new.id, "interactive")])
    assert desk.executions.stored[desk.old.id] == desk.old


async def test_a_retry_takes_over_what_was_finished():
    desk = Desk()
    new = await desk.again("retry")
    assert keys(desk.log(new)) == ["node_start", "message analyze.1/model.1", "tool_start k1", "tool_end k1"]
    assert [event.seq for event in desk.log(new)] == [2, 3, 4, 5]
    assert all(event.taken_over for event in desk.log(new))


@pytest.mark.parametrize(("after", "kept"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 4), (8, 4)])
async def test_a_fork_keeps_the_steps_up_to_the_chosen_one(after: int, kept: int):
    desk = Desk()
    new = await desk.again("fork", after_seq=after)
    assert len(desk.log(new)) == kept
    assert new.origin == Origin(execution_id=desk.old.id, kind="fork", seq=after)


async def test_a_fork_may_change_the_result_of_a_tool():
    desk = Desk()
    changed = desk.log(await desk.again("fork", after_seq=7, edit={"result": {"a": "\0"}}))[-1]
    assert isinstance(changed, ToolEnd)
    assert (changed.result, changed.error, changed.line) == ({"a": "\ufffd"}, None, '✔ Result: {"a": "\ufffd"}')


async def test_a_fork_may_change_what_the_model_said():
    desk = Desk()
    changed = desk.log(await desk.again("fork", after_seq=4, edit={"content": "Better."}))[-1]
    assert isinstance(changed, Message)
    assert changed.content == "Better."


@pytest.mark.parametrize(
    ("after", "edit", "pointer"),
    [
        (99, None, "/after_seq"),
        (None, None, "/after_seq"),
        (1, {"query": "other"}, "/edit"),
        (2, {"node": "other"}, "/edit"),
        (3, {"content": "no text here"}, "/edit"),
        (5, {"arguments": {}}, "/edit"),
        (6, {"result": 1}, "/edit"),
        (7, {"content": "x"}, "/edit"),
        (7, {"result": 1, "line": "x"}, "/edit"),
        (4, {"content": 7}, "/edit/content"),
    ],
)
async def test_what_cannot_be_forked(after: int | None, edit: dict[str, Any] | None, pointer: str):
    desk = Desk()
    with pytest.raises(InvalidInput) as refused:
        await desk.again("fork", after_seq=after, edit=edit)
    assert [item.pointer for item in refused.value.violations] == [pointer]
    assert (desk.uow.commits, len(desk.executions.stored)) == (0, 1)


@pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING])
async def test_what_has_not_ended_is_not_run_again(status: RunStatus):
    with pytest.raises(NotYetOver):
        await Desk(status).again("replay")


async def test_a_completed_one_has_no_failed_step():
    with pytest.raises(NothingToRetry):
        await Desk(RunStatus.COMPLETED).again("retry")
    assert (await Desk(RunStatus.CANCELLED).again("retry")).status is RunStatus.PENDING
    for id in ("nonsense", new_id()):
        with pytest.raises(ExecutionNotFound):
            await Desk().again("replay", id=id)


async def test_a_retry_asks_about_a_call_that_may_have_taken_place_and_a_fork_makes_it():
    desk = Desk()
    paid = [start("k1"), start("k2").model_copy(update={"repeatable": False}), end("k1")]
    desk.executions.trace.logs[desk.old.id].clear()
    desk.executions.trace.store(desk.old.id, desk.old.opening_event(), *LOG[:3], *paid, LOG[-1])
    retried, forked = await desk.again("retry"), await desk.again("fork", after_seq=7)
    assert Journal(desk.log(retried)).in_doubt("k2")
    assert not Journal(desk.log(forked)).in_doubt("k2")
    assert Journal(desk.log(forked)).tool_end("k1")


@pytest.mark.parametrize(("kind", "more"), [("replay", {}), ("retry", {}), ("fork", {"after_seq": 4})])
async def test_running_again_stands_in_the_same_queue_as_running(kind: Any, more: dict[str, Any]):
    desk = Desk()
    for _ in range(2):
        await desk.again("replay")
    with pytest.raises(TooManyExecutions, match="2 of your executions are waiting; at most 2 may") as refused:
        await desk.again(kind, **more)
    assert refused.value.retry_after_s == 7
    assert (desk.uow.commits, len(desk.notifier.notified), len(desk.executions.stored)) == (2, 2, 3)
