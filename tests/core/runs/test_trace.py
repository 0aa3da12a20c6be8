"""The trace union: every event is told by its type and survives JSON."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from dynagent.core.runs import (
    EVENT_CLASSES,
    TERMINAL_TYPES,
    AnyTraceEvent,
    CallError,
    Cancelled,
    Complete,
    Connection,
    Detail,
    Failed,
    GuardrailVerdict,
    InterruptRaised,
    Message,
    NodeEnd,
    NodeStart,
    Resumed,
    Retrieval,
    Retry,
    RunContinued,
    RunPaused,
    TaskEnd,
    TaskStart,
    Token,
    ToolEnd,
    ToolStart,
    TraceEvent,
    UsageReport,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall

EVENTS: TypeAdapter[AnyTraceEvent] = TypeAdapter(TraceEvent)
CALL = ToolCall(id="c1", name="calculator", arguments={"expression": "23*19"}, raw='{"expression": "23*19"}')
ALL: list[AnyTraceEvent] = [
    Connection(timestamp=1.5, execution_id="e", agent_id="a", agent_name="A", agent_version=2, query="q"),
    NodeStart(timestamp=1.5, node="analyze", span_id="s", parent_span_id="p"),
    NodeEnd(timestamp=1.5, node="analyze", duration_ms=2.5, error="E"),
    Token(timestamp=1.5, message_id="m", content="Grüße 😀", offset=3, parts=[(2, 0), (5, 17)]),
    Message(
        timestamp=1.5,
        message_id="m",
        content="",
        tool_calls=(CALL, CALL.model_copy(update={"arguments": None, "raw": "{"})),
        model="demo",
        call_key="analyze:1",
        final=True,
        token_usage=TokenUsage(input_tokens=3, estimated=True),
    ),
    ToolStart(timestamp=1.5, tool="t", arguments={"a": [1, None, {"b": 1.5}]}, call_id="c", call_key="k", line="▶ t()"),
    ToolEnd(timestamp=1.5, tool="t", call_id="c", call_key="k", result={"x": [1]}, duration_ms=1, line="✔", cpu_ms=0.5),
    ToolEnd(
        timestamp=1.5,
        tool="t",
        call_id="c",
        call_key="k",
        error=CallError(code="timeout", message="slow"),
        duration_ms=1,
        line="✘",
    ),
    UsageReport(
        timestamp=1.5, model="m", input_tokens=1, output_tokens=2, total_tokens=3, cost_usd="0.1", duration_ms=5
    ),
    Detail(timestamp=1.4, about="plan", line="• plan", data={"tools": []}),
    Retry(timestamp=1.5, what="model", reason="429", error_code="model_rate_limited", delay_s=0.5, try_number=2),
    InterruptRaised(
        call_key="execute_tools.1/tool.1",
        timestamp=1.5,
        interrupt_id="i",
        reason="approval",
        value={"tool": "t"},
        response_schema={},
    ),
    Resumed(
        timestamp=1.5,
        interrupt_id="i",
        call_key="execute_tools.1/tool.1",
        reason="approval",
        answer={"decision": "approve"},
        answered_by="u",
    ),
    Complete(timestamp=1.5, result="437", model="demo", input_tokens=1, output_tokens=2, duration_ms=9.5),
    TaskStart(timestamp=1.5, key="a", step="a", name="A", kind="agent", run_id="r"),
    RunPaused(timestamp=1.5, reason="breakpoint", steps=("a", "b")),
    RunContinued(timestamp=1.5, paused_s=2.5),
    Retrieval(
        timestamp=1.0,
        query="warranty",
        sources=[{"number": 1, "document": "pump.pdf", "page": 2, "score": 0.9}],
        cut=3,
        duration_ms=4.5,
    ),
    GuardrailVerdict(
        timestamp=1.5,
        key="input.1/guard.g",
        guardrail_id="g",
        name="short",
        kind="max_length",
        stage="tool_call",
        action="block",
        passed=False,
        reason="5 characters",
        tool="calculator",
    ),
    TaskEnd(timestamp=1.5, key="a", step="a", name="A", status="completed", run_id="r", output="x"),
    Failed(timestamp=1.5, message="no", error_code="timeout", duration_ms=9.5),
    Cancelled(timestamp=1.5, reason="asked", duration_ms=9.5),
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_an_event_is_read_back_as_what_it_is(event: AnyTraceEvent) -> None:
    numbered = event.model_copy(update={"seq": 7, "attempt": 2})
    read = EVENTS.validate_json(numbered.model_dump_json())
    assert read == numbered
    assert type(read) is type(event)


def test_every_class_is_in_the_union_once_with_a_type_of_its_own() -> None:
    assert {type(event) for event in ALL} == set(EVENT_CLASSES) == set(get_args(AnyTraceEvent))
    types = [cls.model_fields["type"].default for cls in EVENT_CLASSES]
    assert len(set(types)) == len(types)


def test_terminal_events() -> None:
    terminal: set[Any] = {cls.model_fields["type"].default for cls in EVENT_CLASSES if cls.terminal}
    assert terminal == TERMINAL_TYPES == {"complete", "error", "cancelled"}


def test_the_type_stands_first_in_the_json() -> None:
    for event in ALL:
        assert event.model_dump_json().startswith(f'{{"type":"{event.type}"')


@pytest.mark.parametrize(
    "text", ['{"type": "gossip", "timestamp": 1}', "{}", '{"type": "complete", "timestamp": 1}', "[]"]
)
def test_what_is_no_event(text: str) -> None:
    with pytest.raises(ValidationError):
        EVENTS.validate_json(text)


def test_the_union_is_described_by_its_discriminator() -> None:
    class Log(BaseModel):
        events: list[TraceEvent]

    schema = Log.model_json_schema()
    assert set(schema["$defs"]) >= {cls.__name__ for cls in EVENT_CLASSES}
    assert schema["properties"]["events"]["items"]["discriminator"]["propertyName"] == "type"
