"""Marks of a run: what a list shows of runs that went another way than straight to their answer."""

from collections.abc import Iterable

from dynagent.core.runs.run import Outcome, RunStatus
from dynagent.core.runs.step_events import GuardrailVerdict
from dynagent.core.runs.trace import AnyTraceEvent, Message, Retry, ToolEnd

ITERATION_LIMIT = "iteration_limit"
HANDED_OVER = "handed_over"
MARKS = {
    ITERATION_LIMIT: "the rounds of tool calls that the agent allows were used up",
    "time_limit": "it took longer than its time limit",
    "size_limit": "its models wrote more than is kept of a run",
    "tool_errors": "calls of tools failed; the usage says how many",
    "retried": "a call was made again after an error that may pass",
    "fallback_model": "another model stepped in",
    "fallback_agent": "the fallback agent took over",
    "output_repaired": "the answer did not fit the output schema at first",
    "history_shortened": "parts of the conversation were left out or cut for the model's window",
    "compacted": "earlier messages were summarised for the model's window",
    "guardrail": "a guardrail has found something",
    HANDED_OVER: "another agent took over and answered",
    "recovered": "another worker went on after the first had stopped",
}
"""Every mark with its meaning."""

SUMMARY = "/summary"
"""What the key of a model call ends with that summarises earlier messages."""

_OF_ERRORS = {"rounds_used_up": ITERATION_LIMIT, "replies_too_long": "size_limit", "run_timeout": "time_limit"}
_OF_RETRIES = {"context_too_long": "history_shortened", "model_switched": "fallback_model"}
_OF_KINDS = {"execution": "recovered", "fallback": "fallback_agent", "output": "output_repaired"}
_NO_FAILURES = frozenset({"rejected", "approval_expired"})
"""Codes of calls that a person did not want: nothing of the tool has failed."""


class Marks:
    """Collects the marks of a run from its events, those of earlier attempts first."""

    def __init__(self, marks: Iterable[str] = (), failed_tool_calls: int = 0) -> None:
        self.failed_tool_calls = failed_tool_calls
        self._found = set(marks)

    def copy(self) -> "Marks":
        """Return the same, to go on from."""
        return Marks(self._found, self.failed_tool_calls)

    def take(self, event: AnyTraceEvent) -> None:
        """Look at an event; steps that were taken over from another run are that run's."""
        if event.taken_over:
            return
        if isinstance(event, ToolEnd):
            if event.error is not None and event.error.code not in _NO_FAILURES:
                self.failed_tool_calls += 1
                self._found.add("tool_errors")
        elif isinstance(event, Retry):
            self._found.add(_OF_KINDS.get(event.what) or _OF_RETRIES.get(event.error_code, "retried"))
        elif isinstance(event, GuardrailVerdict) and not event.passed:
            self._found.add("guardrail")
        elif isinstance(event, Message) and event.call_key.endswith(SUMMARY):
            self._found.add("compacted")

    def of(self, outcome: Outcome) -> tuple[str, ...]:
        """Return all marks of a run that ends, or waits, like this, in the order of `MARKS`."""
        found = self._found.union(outcome.marks)
        if outcome.error is not None and outcome.error.code in _OF_ERRORS:
            found.add(_OF_ERRORS[outcome.error.code])
        if outcome.status is RunStatus.TIMED_OUT:
            found.add("time_limit")
        return tuple(mark for mark in MARKS if mark in found)
