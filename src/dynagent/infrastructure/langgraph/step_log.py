"""The log of a workflow's run: when each step began and ended, once each, whatever attempt notes it."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from dynagent.core.runs import (
    CallError,
    Claim,
    Run,
    RunContinued,
    RunError,
    RunPaused,
    TaskEnd,
    TaskStart,
    TraceRecorder,
)
from dynagent.core.workflows import Debugging, DueStep, Progress, StepResult, logged_text, read_result


class StepLog:
    """Writes the events of steps, and reads from the journal what no run of its own can say of them."""

    def __init__(self, claim: Claim, recorder: TraceRecorder) -> None:
        self._recorder = recorder
        self._journal = claim.journal
        self._started: set[str] = set()
        self._continued: set[str] = set()
        self._ended = dict(claim.journal.task_ends)
        self._debugging = Debugging.of_stored(claim.run.input.get("debugging"))
        self._done: Mapping[str, Any] = claim.run.input.get("done") or {}

    def results(self) -> dict[str, StepResult]:
        """Return the results of steps that have no run of this one's: refused ones, recorded ones, taken over ones."""
        found = {key: read_result(item) for key, item in self._done.items()}
        for key, end in self._ended.items():
            if end.run_id is None and end.error is not None:
                found[key] = StepResult("failed", error=RunError(code=end.error.code, message=end.error.message))
            elif end.value is not None or end.mocked:
                found[key] = StepResult("completed", end.value)
        return found

    def note_runs(self, runs: Sequence[Run]) -> None:
        """Record the beginning of runs that are turns: each says itself what it is a step of."""
        for run in runs:
            step = run.input["step"]
            of_agent = run.kind == "agent"
            self._start(
                run,
                key=step["key"],
                step=step["step"],
                name=step["name"],
                kind=run.kind,
                part=step["part"],
                agent_id=run.subject_id if of_agent else None,
                agent_name=run.subject_name if of_agent else None,
            )

    def note_starts(self, steps: Sequence[DueStep], known: Mapping[str, Run]) -> None:
        """Record the beginning of steps whose runs have been started."""
        for step in steps:
            run = known[step.key]
            self._start(
                run,
                key=step.key,
                step=step.step,
                name=step.name,
                kind=step.kind,
                part=step.part,
                task_id=step.task_id,
                agent_id=step.agent_id,
                agent_name=run.subject_name if step.agent_id else None,
            )

    def note_refusal(self, step: DueStep, error: RunError) -> None:
        """Record the end of a step that no run could be started for."""
        self._end(step.key, step=step.step, name=step.name, status="failed", error=error)

    def stops(self, fresh: Sequence[DueStep]) -> tuple[str, ...]:
        """Return the keys of the steps before which a test stops; it stops before each of them once."""
        before = self._journal.stopped_before
        return tuple(step.key for step in fresh if step.key not in before and self._debugging.stops_before(step))

    def note_mock(self, step: DueStep) -> bool:
        """Record the end of a step if a test makes it up; say whether it does."""
        result = self._debugging.result_of(step)
        if result is not None:
            names: dict[str, Any] = {"step": step.step, "name": step.name, "mocked": True}
            output: dict[str, Any] = {"output": result.output, "value": result.output}
            self._end(step.key, status=result.status, error=result.error, **names, **output)
        return result is not None

    def note_pause(self, pause: Run) -> None:
        """Record that the run rests in a pause that is a child of it."""
        key = key_of(pause)
        if not self._journal.pause_told(key):
            self._recorder.record(RunPaused(timestamp=time.time(), span_id=key))

    def note_ends_of_pauses(self, pauses: Sequence[Run]) -> None:
        """Record the ends of pauses that the run has rested in."""
        for pause in pauses:
            key, ended = key_of(pause), pause.completed_at
            if ended is None or key in self._continued or not self._journal.pause_told(key):
                continue
            self._continued.add(key)
            if not self._journal.pause_end_told(key):
                paused_s = round((ended - pause.created_at).total_seconds(), 3)
                self._recorder.record(RunContinued(timestamp=time.time(), span_id=key, paused_s=paused_s))

    def note_ends(self, progress: Progress, known: Mapping[str, Run]) -> None:
        """Record the ends of runs, and of steps without one: decisions, combined results, what was passed over."""
        for key, run in known.items():
            if run.status.over and key not in self._ended:
                step = run.input["step"]
                self._end(
                    key,
                    step=step["step"],
                    name=step["name"],
                    status=run.status.value,
                    run_id=run.id,
                    output=run.value,
                    error=run.error,
                    duration_ms=run.duration_ms,
                )
        for key, result in progress.steps.items():
            if key not in known and key not in self._ended:
                name = key.rsplit("/", 1)[-1]
                keeps = result.output if key in progress.chosen else None
                self._end(
                    key,
                    step=name,
                    name=name,
                    status=result.status,
                    output=result.output,
                    value=keeps,
                    error=result.error,
                )

    def _start(self, run: Run, *, key: str, **fields: Any) -> None:
        if key in self._started or self._journal.task_started(key):
            return
        self._started.add(key)
        self._recorder.record(TaskStart(timestamp=time.time(), span_id=key, key=key, run_id=run.id, **fields))

    def _end(self, key: str, *, output: Any = None, error: RunError | None = None, **fields: Any) -> None:
        end = TaskEnd(
            timestamp=time.time(),
            span_id=key,
            key=key,
            output=logged_text(output),
            error=error and CallError(code=error.code, message=error.message),
            **fields,
        )
        self._ended[key] = end
        self._recorder.record(end)


def step_fields(step: DueStep) -> dict[str, Any]:
    """Return what a step's run keeps of the step it is for."""
    return {"key": step.key, "step": step.step, "name": step.name, "part": step.part, "task_id": step.task_id}


def key_of(child: Run) -> str:
    """Return the key of the step that a run is for."""
    return child.input["step"]["key"]
