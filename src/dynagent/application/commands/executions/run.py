"""RunExecution: claim a run, have the runner of its kind run it, store how it ended."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dynagent.application.commands.executions.attempt_history import attempt_history
from dynagent.application.commands.executions.tally import TallyingRecorder
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.runs import (
    MAX_ATTEMPTS,
    AnyTraceEvent,
    AwaitsChildren,
    Cancelled,
    ChildRuns,
    ChildStore,
    Claim,
    Complete,
    Dispatch,
    Failed,
    InterruptRaised,
    Notifier,
    Outcome,
    Retry,
    Run,
    RunError,
    RunLost,
    Runners,
    RunStatus,
    RunTimedOut,
    TraceLog,
    TraceRecorder,
)
from dynagent.core.shared.errors import DynagentError, StorageAway

STORAGE_RETRY_S = 0.5

StopReason = Literal["cancelled", "shutdown", "lost"]


@dataclass(slots=True)
class RunControl:
    """How the worker says why it cancels the task: set before `task.cancel()`."""

    stop: StopReason | None = None


@dataclass(frozen=True, slots=True)
class RunExecution(
    Command[RunStatus | None], needs="system", scope="none", unaudited="the trace tells what a run does"
):
    """Run what waits under this id on this worker. Returns its final status, None when there was nothing to run."""

    execution_id: str
    worker_id: str
    control: RunControl = field(default_factory=RunControl)


OnCrash = Callable[[Claim, Exception], None]
"""Told of an error that nobody foresaw; the run is ended readably all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExecutionHandler:
    """Claim → the runner of its kind → store the outcome; every way out leaves the run ended or requeued."""

    dispatch: Dispatch
    trace: TraceLog
    runners: Runners
    children: ChildStore
    notifier: Notifier
    on_crash: OnCrash

    async def __call__(self, message: RunExecution, caller: Caller) -> RunStatus | None:
        """Claim and run; raises nothing but CancelledError when the worker shuts down or lost the run."""
        claim = await self.dispatch.claim(message.execution_id, message.worker_id)
        if claim is None:
            return None
        recorder = TallyingRecorder(self.trace.open(claim), claim.journal.marks)
        children = ChildRuns(claim, recorder, self.children)
        try:
            outcome = recorder.complete(await self._attempt(claim, recorder, children, message.control))
            # The store adds up what the children used, with the end and so without a gap; the last event says it too.
            total = await _rolled_up(children, outcome)
            *questions, last = _last_events(claim.run, total, children)
            for question in questions:
                recorder.record(question)
            if children.any_started:
                outcome = outcome.model_copy(update={"has_children": True})
            await recorder.finish(outcome, last)
        except RunLost:
            return None
        return outcome.status

    async def _attempt(
        self, claim: Claim, recorder: TraceRecorder, children: ChildRuns, control: RunControl
    ) -> Outcome:
        execution = claim.run
        if execution.cancel_requested:
            return Outcome(status=RunStatus.CANCELLED)
        if execution.crashes >= MAX_ATTEMPTS:
            return await self._given_up(execution)
        if execution.attempt > 1 and not children.ended_a_wait:
            _record_recovery(execution, recorder)
        try:
            async with asyncio.timeout(None if claim.left_s is None else max(0.0, claim.left_s)):
                return await self.runners.of(execution.kind).run(claim, recorder, children)
        except TimeoutError:
            error = RunTimedOut(f"the run took longer than its limit of {_limit_s(execution):g} s")
            return _failure(error.code, error.detail, status=RunStatus.TIMED_OUT)
        except asyncio.CancelledError:
            if control.stop != "cancelled":
                await self._requeue(claim, recorder, control)
                raise
            _forget_cancel()
            return Outcome(status=RunStatus.CANCELLED)
        except RunLost:
            raise
        except AwaitsChildren as waits:
            return Outcome(status=RunStatus.WAITING, awaits_children=waits.open_allowed)
        except StorageAway:
            await self._put_off(claim)
            raise RunLost(f"execution {execution.id} waits for the store to come back") from None
        except DynagentError as error:
            return _failure(error.code, error.detail)
        except Exception as error:
            self.on_crash(claim, error)
            return _failure("internal_error", f"{type(error).__name__}: the run failed inside the server, see its log")

    async def _given_up(self, execution: Run) -> Outcome:
        history = await attempt_history(self.trace, execution.id, execution.attempt - 1)
        return _failure("worker_crashed", f"{execution.crashes} workers died while running this execution. {history}")

    async def _requeue(self, claim: Claim, recorder: TraceRecorder, control: RunControl) -> None:
        """The worker stops or lost its lease: leave what was done in the log, let another continue."""
        if control.stop == "lost":
            return
        _forget_cancel()
        await recorder.flush()
        execution = claim.run
        if await self.dispatch.requeue(execution.id, execution.attempt, crashed=False):
            await self.notifier.notify(execution.id, execution.lane)

    async def _put_off(self, claim: Claim) -> None:
        """What the run needs to begin could not be read: return it as soon as the store takes it, no crash counted."""
        while True:
            try:
                await self.dispatch.requeue(claim.run.id, claim.run.attempt, crashed=False)
                return
            except StorageAway:
                await asyncio.sleep(STORAGE_RETRY_S)


async def _rolled_up(children: ChildRuns, outcome: Outcome) -> Outcome:
    """Add what the children used; like all of an end, it waits for the store to come back."""
    while True:
        try:
            return await children.rolled_up(outcome)
        except StorageAway:
            await asyncio.sleep(STORAGE_RETRY_S)


def _forget_cancel() -> None:
    """The cancellation is answered here; later awaits of this task must not see it again."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


def _record_recovery(execution: Run, recorder: TraceRecorder) -> None:
    reason = "the run goes on after its worker stopped; finished calls are taken from the log"
    if execution.lane == "quarantine":
        reason += f". {execution.crashes} workers died with it: in quarantine one such run is tried at a time"
    recorder.record(
        Retry(
            timestamp=time.time(),
            what="execution",
            reason=reason,
            error_code="worker_lost",
            try_number=execution.attempt,
        )
    )


def _failure(code: str, message: str, *, status: RunStatus = RunStatus.FAILED) -> Outcome:
    return Outcome(status=status, error=RunError(code=code, message=message))


def _last_events(execution: Run, outcome: Outcome, children: ChildRuns) -> list[AnyTraceEvent]:
    """Return how the attempt ends in the log: one terminal event, or what it waits for: its questions, its children."""
    if outcome.awaits_children is not None:
        return [children.waiting()]
    if outcome.status is not RunStatus.WAITING:
        return [_terminal(execution, outcome)]
    return [
        InterruptRaised(
            timestamp=item.created_at.timestamp(),
            span_id=item.call_key,
            interrupt_id=item.id,
            call_key=item.call_key,
            reason=item.reason,
            value=item.value,
            response_schema=item.response_schema,
            expires_after_s=item.expires_after_s,
            on_expiry=item.on_expiry,
        )
        for item in outcome.interrupts
    ]


def _terminal(execution: Run, outcome: Outcome) -> AnyTraceEvent:
    now = time.time()
    started = execution.started_at or execution.created_at
    duration_ms = round(max(0.0, now - started.timestamp()) * 1000, 3)
    if outcome.status is RunStatus.COMPLETED:
        return Complete(
            timestamp=now,
            result=outcome.result or "",
            model=outcome.model or "",
            input_tokens=outcome.usage.input_tokens,
            output_tokens=outcome.usage.output_tokens,
            cost_usd=None if outcome.cost_usd is None else format(outcome.cost_usd, "f"),
            duration_ms=duration_ms,
            answered_by=None if outcome.answered_by is None else outcome.answered_by.model_dump(),
        )
    if outcome.status is RunStatus.CANCELLED:
        return Cancelled(timestamp=now, reason="cancelled on request", duration_ms=duration_ms)
    error = outcome.error or RunError(code="internal_error", message="the run failed without saying why")
    return Failed(timestamp=now, message=error.message, error_code=error.code, duration_ms=duration_ms)


def _limit_s(execution: Run) -> float:
    return (execution.deadline - execution.created_at).total_seconds() if execution.deadline else 0.0
