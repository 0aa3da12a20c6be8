"""What passes the recorder is added to the outcome: usage where the runner knew none, and marks in any case."""

from dynagent.application.commands.executions.tally import TallyingRecorder
from dynagent.core.runs import CallError, Marks, Outcome, RunError, RunStatus, SentCall, ToolEnd, Usage
from tests.fakes.trace import ListedTrace


def failed_call() -> ToolEnd:
    error = CallError(code="tool_error", message="no")
    return ToolEnd(timestamp=0, tool="t", call_id="c", call_key="k", error=error, duration_ms=1, line="")


def test_marks_go_on_from_those_of_earlier_attempts() -> None:
    before = Marks(("recovered",), failed_tool_calls=1)
    recorder = TallyingRecorder(ListedTrace(), before)
    recorder.record(failed_call())
    failed = Outcome(status=RunStatus.FAILED, error=RunError(code="run_timeout", message="too long"))
    outcome = recorder.complete(failed)
    assert outcome.marks == ("time_limit", "tool_errors", "recovered")
    assert outcome.usage.failed_tool_calls == 2
    assert before.failed_tool_calls == 1


def test_usage_that_the_runner_knows_stays_but_for_the_failed_calls() -> None:
    recorder = TallyingRecorder(ListedTrace())
    recorder.record(failed_call())
    known = Usage(total_tokens=7, model_calls=1, tool_calls=3)
    outcome = recorder.complete(Outcome(status=RunStatus.COMPLETED, usage=known))
    assert outcome.usage == known.model_copy(update={"failed_tool_calls": 1})


def test_what_models_are_sent_passes() -> None:
    inner = ListedTrace()
    call = SentCall(call_key="k", tries=1, at=0.0, lane="wire", model="m", messages=())
    TallyingRecorder(inner).record_model_call(call)
    assert inner.model_calls == {"k": call}
