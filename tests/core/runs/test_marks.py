"""Marks are collected from the events of a run, whichever attempt wrote them."""

import pytest

from dynagent.core.runs import (
    MARKS,
    AnyTraceEvent,
    CallError,
    Journal,
    Marks,
    Message,
    Outcome,
    Retry,
    RunError,
    RunStatus,
    ToolEnd,
)

DONE = Outcome(status=RunStatus.COMPLETED)


def retry(what: str, code: str) -> Retry:
    return Retry.model_validate(
        {"timestamp": 1.0, "what": what, "reason": "r", "error_code": code, "try_number": 2, "attempt": 1}
    )


def tool_end(code: str | None, attempt: int = 1) -> ToolEnd:
    error = None if code is None else CallError(code=code, message="m")
    return ToolEnd(
        timestamp=1.0, tool="t", call_id="c", call_key="k", error=error, duration_ms=1, line="", attempt=attempt
    )


SUMMARY = Message(timestamp=1.0, message_id="m", content="s", model="m", call_key="analyze.1/model.1/summary")


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (retry("model", "model_unavailable"), ("retried",)),
        (retry("model", "model_switched"), ("fallback_model",)),
        (retry("model", "context_too_long"), ("history_shortened",)),
        (retry("tool", "interrupted"), ("retried",)),
        (retry("execution", "worker_lost"), ("recovered",)),
        (retry("fallback", "model_unavailable"), ("fallback_agent",)),
        (retry("output", "output_invalid"), ("output_repaired",)),
        (SUMMARY, ("compacted",)),
        (tool_end("timeout"), ("tool_errors",)),
        (tool_end(None), ()),
        (tool_end("rejected"), ()),
        (tool_end("timeout", attempt=0), ()),
    ],
)
def test_each_event_has_its_mark_in_later_attempts_too(event: AnyTraceEvent, found: tuple[str, ...]) -> None:
    marks = Marks()
    marks.take(event)
    assert marks.of(DONE) == Journal([event]).marks.of(DONE) == found
    assert set(found) <= set(MARKS)


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (Outcome(status=RunStatus.FAILED, error=RunError(code="rounds_used_up", message="")), ("iteration_limit",)),
        (Outcome(status=RunStatus.FAILED, error=RunError(code="replies_too_long", message="")), ("size_limit",)),
        (Outcome(status=RunStatus.TIMED_OUT), ("time_limit",)),
        (Outcome(status=RunStatus.COMPLETED, marks=("iteration_limit",)), ("iteration_limit",)),
        (Outcome(status=RunStatus.FAILED, error=RunError(code="model_refused", message="")), ()),
    ],
)
def test_how_a_run_ends_has_its_mark(outcome: Outcome, found: tuple[str, ...]) -> None:
    assert Marks().of(outcome) == found


def test_failed_calls_are_counted_on() -> None:
    before = Journal([tool_end("timeout"), tool_end("tool_error")]).marks
    marks = before.copy()
    marks.take(tool_end("tool_error"))
    assert (before.failed_tool_calls, marks.failed_tool_calls) == (2, 3)
    assert marks.of(Outcome(status=RunStatus.TIMED_OUT)) == ("time_limit", "tool_errors")
