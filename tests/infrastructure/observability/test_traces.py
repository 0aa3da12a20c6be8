"""What is recorded in a trace is also counted and logged."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from dynagent.core.executions import Execution
from dynagent.core.runs import (
    AnyTraceEvent,
    CallError,
    Claim,
    Complete,
    Frame,
    Message,
    NodeStart,
    Outcome,
    Retry,
    RunLost,
    RunStatus,
    SentCall,
    ToolEnd,
    ToolStart,
    TraceRecorder,
    UsageReport,
)
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.traces import ObservedTraceLog

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CLAIM = Claim(
    Execution(
        id="e-1",
        user_id="u-1",
        agent_id="a-1",
        agent_version=1,
        agent_name="Demo",
        query="?",
        attempt=1,
        created_at=NOW,
    ),
    last_seq=1,
)
DONE = Complete(timestamp=9.0, result="437", model="demo", input_tokens=1, output_tokens=1, duration_ms=3.0)


class RecorderInMemory:
    """Keeps what it is told; `lost` makes it refuse to finish."""

    def __init__(self, *, lost: bool) -> None:
        self.events: list[AnyTraceEvent] = []
        self.texts: list[str] = []
        self._lost = lost

    def record(self, event: AnyTraceEvent) -> None:
        self.events.append(event)

    def record_model_call(self, call: SentCall) -> None:
        """Not looked at here."""

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        self.texts.append(text)

    async def flush(self) -> None:
        return None

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        if self._lost:
            raise RunLost("another attempt has taken over")
        self.events.append(last)


class TraceLogInMemory:
    """Opens one recorder and reads one frame."""

    def __init__(self, *, lost: bool = False) -> None:
        self.recorder = RecorderInMemory(lost=lost)

    def open(self, claim: Claim) -> TraceRecorder:
        return self.recorder

    async def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        yield await self.read(execution_id, after, 1)

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        return [Frame(after + 1, b"{}", terminal=True)]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def tool_end(error: CallError | None = None) -> ToolEnd:
    return ToolEnd(
        timestamp=1.0,
        tool="calculator",
        call_id="c",
        call_key="k",
        result=437,
        error=error,
        duration_ms=20.0,
        line="✔ Result: 437",
    )


def test_usage_is_counted() -> None:
    metrics, inner = Metrics(), TraceLogInMemory()
    usage = UsageReport(
        timestamp=1.0,
        model="gpt-4o-mini",
        input_tokens=10,
        output_tokens=4,
        total_tokens=14,
        cost_usd="0.25",
        duration_ms=500.0,
        first_token_ms=120.0,
    )

    ObservedTraceLog(inner, metrics).open(CLAIM).record(usage)

    assert inner.recorder.events == [usage]
    assert value(metrics, "dynagent_model_calls_total", model="gpt-4o-mini") == 1
    assert value(metrics, "dynagent_model_tokens_total", model="gpt-4o-mini", direction="input") == 10
    assert value(metrics, "dynagent_model_tokens_total", model="gpt-4o-mini", direction="output") == 4
    assert value(metrics, "dynagent_model_cost_usd_total", model="gpt-4o-mini") == pytest.approx(float(Decimal("0.25")))
    assert value(metrics, "dynagent_model_call_seconds_sum", model="gpt-4o-mini") == 0.5
    assert value(metrics, "dynagent_model_first_token_seconds_sum", model="gpt-4o-mini") == 0.12


def test_tool_calls_are_counted_by_outcome() -> None:
    metrics = Metrics()
    recorder = ObservedTraceLog(TraceLogInMemory(), metrics).open(CLAIM)

    recorder.record(tool_end())
    recorder.record(tool_end(CallError(code="timeout", message="too long")))

    assert value(metrics, "dynagent_tool_calls_total", tool="calculator", outcome="ok") == 1
    assert value(metrics, "dynagent_tool_calls_total", tool="calculator", outcome="error") == 1
    assert value(metrics, "dynagent_tool_call_seconds_count", tool="calculator") == 2


def test_every_step_is_logged_with_its_execution() -> None:
    with capture_logs() as logs:
        recorder = ObservedTraceLog(TraceLogInMemory(), Metrics()).open(CLAIM)
        recorder.record(NodeStart(timestamp=1.0, node="analyze"))
        recorder.record(
            ToolStart(timestamp=1.0, tool="calculator", arguments={}, call_id="c", call_key="k", line="▶ calculator()")
        )
        recorder.record(Message(timestamp=1.0, message_id="m", content="437", model="demo", call_key="k", final=True))
        recorder.record(Retry(timestamp=1.0, what="model", reason="429", error_code="model_rate_limited", try_number=2))

    told = [(line["event"], line["log_level"]) for line in logs]
    assert told == [
        ("execution_claimed", "debug"),
        ("node_started", "debug"),
        ("tool_started", "debug"),
        ("model_replied", "debug"),
        ("retry", "warning"),
    ]
    assert {line["execution_id"] for line in logs} == {"e-1"}
    assert {line["user_id"] for line in logs} == {"u-1"}


def test_an_attempt_after_the_first_is_told_to_operators() -> None:
    again = replace(CLAIM, run=CLAIM.run.model_copy(update={"attempt": 2}))
    with capture_logs() as logs:
        ObservedTraceLog(TraceLogInMemory(), Metrics()).open(again)
    assert [(line["event"], line["log_level"], line["attempt"]) for line in logs] == [("execution_claimed", "info", 2)]


async def test_the_end_is_counted_by_status() -> None:
    metrics, inner = Metrics(), TraceLogInMemory()
    recorder = ObservedTraceLog(inner, metrics).open(CLAIM)

    recorder.record_text("m", "4", span_id=None, parent_span_id=None)
    await recorder.flush()
    await recorder.finish(Outcome(status=RunStatus.COMPLETED, result="437"), DONE)

    assert inner.recorder.texts == ["4"]
    assert inner.recorder.events == [DONE]
    assert value(metrics, "dynagent_executions_total", status="completed") == 1


async def test_a_lost_attempt_counts_as_lost() -> None:
    metrics = Metrics()
    recorder = ObservedTraceLog(TraceLogInMemory(lost=True), metrics).open(CLAIM)

    with pytest.raises(RunLost):
        await recorder.finish(Outcome(status=RunStatus.COMPLETED), DONE)

    assert value(metrics, "dynagent_executions_total", status="lost") == 1
    assert value(metrics, "dynagent_executions_total", status="completed") is None


async def test_reading_and_following_are_the_inner_logs() -> None:
    observed = ObservedTraceLog(TraceLogInMemory(), Metrics())

    assert [frame.seq for frame in await observed.read("e-1", 4, 10)] == [5]
    assert [[frame.seq for frame in batch] async for batch in observed.follow("e-1", 0)] == [[1]]
