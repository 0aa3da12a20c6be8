"""Recovery by journal: what earlier attempts already did, found by the deterministic key of each call."""

from collections.abc import Iterable
from typing import Any

from dynagent.core.runs.interrupts import Answer, Reason
from dynagent.core.runs.marks import Marks
from dynagent.core.runs.step_events import GuardrailVerdict, RunContinued, RunPaused, TaskEnd, TaskStart
from dynagent.core.runs.trace import (
    AnyTraceEvent,
    InterruptRaised,
    Message,
    NodeEnd,
    NodeStart,
    Resumed,
    ToolEnd,
    ToolStart,
    UsageReport,
)


class Journal:
    """The finished calls in an execution's log; a new attempt takes their results instead of calling again."""

    def __init__(self, events: Iterable[AnyTraceEvent] = ()) -> None:
        self._replies: dict[str, Message] = {}
        self._starts: dict[str, ToolStart] = {}
        self._ends: dict[str, ToolEnd] = {}
        self._reports: dict[str, list[UsageReport]] = {}
        self._nodes: set[tuple[str, str | None]] = set()
        self._tasks: set[str] = set()
        self._task_ends: dict[str, TaskEnd] = {}
        self._stopped_before: set[str] = set()
        self._pauses: set[tuple[str, str | None]] = set()
        self._asked: dict[tuple[str, str], dict[str, Any]] = {}
        self._verdicts: dict[str, GuardrailVerdict] = {}
        self._answers: dict[tuple[str, str], Answer] = {}
        self._expired: set[tuple[str, str]] = set()
        self.marks = Marks()
        """What was out of the ordinary in the attempts so far."""
        for event in events:
            self._take(event)

    def reply(self, call_key: str) -> Message | None:
        """Return the recorded reply of a model call, None when it never finished."""
        return self._replies.get(call_key)

    def tool_end(self, call_key: str) -> ToolEnd | None:
        """Return the recorded end of a tool call, None when it never ended."""
        return self._ends.get(call_key)

    def reports(self, call_key: str) -> list[UsageReport]:
        """Return what the model calls under this key used, in the order of the log; a tool may have made several."""
        return self._reports.get(call_key, [])

    def node_started(self, span_id: str) -> bool:
        """Say whether the start of this step is in the log already."""
        return ("node_start", span_id) in self._nodes

    def node_ended(self, span_id: str) -> bool:
        """Say whether the end of this step is in the log already."""
        return ("node_end", span_id) in self._nodes

    def task_started(self, key: str) -> bool:
        """Say whether the log has the beginning of this step of a workflow."""
        return key in self._tasks

    @property
    def task_ends(self) -> dict[str, TaskEnd]:
        """The steps of a workflow whose end is in the log, by key."""
        return self._task_ends

    @property
    def stopped_before(self) -> frozenset[str]:
        """The keys of the steps that the run has stopped before at breakpoints: it does not stop there again."""
        return frozenset(self._stopped_before)

    def pause_told(self, span_id: str) -> bool:
        """Say whether the beginning of the pause with this span is in the log."""
        return ("pause", span_id) in self._pauses

    def pause_end_told(self, span_id: str) -> bool:
        """Say whether the end of the pause with this span is in the log."""
        return ("continue", span_id) in self._pauses

    def in_doubt(self, call_key: str) -> bool:
        """Say whether a tool call was started and nobody knows whether it took place."""
        return call_key in self._starts and call_key not in self._ends

    def asked(self, call_key: str, reason: Reason) -> bool:
        """Say whether a person was asked about this call for this reason."""
        return (call_key, reason) in self._asked

    def question(self, call_key: str) -> dict[str, Any] | None:
        """Return what a person was shown with the question whether this may go on, None when nobody was asked."""
        return self._asked.get((call_key, "approval"))

    def guardrail(self, key: str) -> GuardrailVerdict | None:
        """Return the verdict of a guardrail under this key, None when there is none yet."""
        return self._verdicts.get(key)

    def answer(self, call_key: str, reason: Reason) -> Answer | None:
        """Return what a person answered about this call, None while nobody has."""
        return self._answers.get((call_key, reason))

    def expired(self, call_key: str, reason: Reason) -> bool:
        """Say whether the answer about this call is nobody's: the question expired."""
        return (call_key, reason) in self._expired

    def _take(self, event: AnyTraceEvent) -> None:
        self.marks.take(event)
        if isinstance(event, Message):
            self._replies.setdefault(event.call_key, event)
        elif isinstance(event, ToolStart):
            self._starts.setdefault(event.call_key, event)
            # Called anew after somebody said that it had not happened: that answer is used up.
            self._answers.pop((event.call_key, "in_doubt"), None)
            self._asked.pop((event.call_key, "in_doubt"), None)
        elif isinstance(event, ToolEnd):
            self._ends.setdefault(event.call_key, event)
        elif isinstance(event, UsageReport) and event.span_id is not None:
            self._reports.setdefault(event.span_id, []).append(event)
        elif isinstance(event, (TaskStart, TaskEnd, RunPaused, RunContinued)):
            self._take_step(event)
        elif isinstance(event, GuardrailVerdict):
            self._verdicts.setdefault(event.key, event)
        elif isinstance(event, InterruptRaised):
            self._asked[event.call_key, event.reason] = event.value
        elif isinstance(event, Resumed):
            self._answers[event.call_key, event.reason] = Answer.model_validate(event.answer)
            if event.expired:
                self._expired.add((event.call_key, event.reason))
        elif isinstance(event, NodeEnd) and event.error is not None:
            self._nodes.discard(("node_start", event.span_id))  # it failed, so it begins anew
        elif isinstance(event, (NodeStart, NodeEnd)):
            self._nodes.add((event.type, event.span_id))

    def _take_step(self, event: TaskStart | TaskEnd | RunPaused | RunContinued) -> None:
        if isinstance(event, TaskStart):
            self._tasks.add(event.key)
        elif isinstance(event, TaskEnd):
            self._task_ends.setdefault(event.key, event)
        else:
            self._pauses.add((event.type, event.span_id))
            self._stopped_before.update(event.steps if isinstance(event, RunPaused) else ())
