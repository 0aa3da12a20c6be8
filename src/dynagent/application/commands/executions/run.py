"""RunExecution: claim an execution, run the agent version it recorded, store how it ended."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dynagent.application.commands.executions.attempt_history import attempt_history
from dynagent.application.commands.executions.tally import TallyingRecorder
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentConfiguration, AgentConfigurations
from dynagent.core.executions import (
    MAX_ATTEMPTS,
    AgentRunner,
    AnyTraceEvent,
    Cancelled,
    Claim,
    Complete,
    Dispatch,
    Execution,
    ExecutionLost,
    ExecutionStatus,
    ExecutionTimedOut,
    Failed,
    InterruptRaised,
    Notifier,
    Outcome,
    Retry,
    RunError,
    RunPlan,
    TraceLog,
    TraceRecorder,
)
from dynagent.core.language_models import ModelError
from dynagent.core.shared.errors import DynagentError, StorageAway

FALLBACK_PREFIX = "fallback/"
"""Keeps the calls of the fallback agent apart from those of the agent it stands in for, in the journal."""

STORAGE_RETRY_S = 0.5

StopReason = Literal["cancelled", "shutdown", "lost"]


@dataclass(slots=True)
class RunControl:
    """How the worker says why it cancels the task: set before `task.cancel()`."""

    stop: StopReason | None = None


@dataclass(frozen=True, slots=True)
class RunExecution(Returns[ExecutionStatus | None]):
    """Run an execution on this worker. Returns its final status, None when there was nothing to run."""

    execution_id: str
    worker_id: str
    control: RunControl = field(default_factory=RunControl)


class Chats(Protocol):
    """Earlier turns of a chat with an agent."""

    async def turns(self, execution: Execution) -> list[tuple[str, str]]:
        """Return (question, answer) of the completed executions before this one, oldest first."""
        ...


OnCrash = Callable[[Claim, Exception], None]
"""Told of an error that nobody foresaw; the run is ended readably all the same."""


class RunExecutionHandler:
    """Load → run → store the outcome; every way out leaves the execution ended or requeued, never lost."""

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        trace: TraceLog,
        runner: AgentRunner,
        agents: AgentConfigurations,
        chats: Chats,
        notifier: Notifier,
        on_crash: OnCrash,
        call_timeout_s: float,
    ) -> None:
        self._dispatch = dispatch
        self._trace = trace
        self._runner = runner
        self._agents = agents
        self._chats = chats
        self._notifier = notifier
        self._on_crash = on_crash
        self._call_timeout_s = call_timeout_s

    async def __call__(self, message: RunExecution, caller: Caller) -> ExecutionStatus | None:
        """Claim and run; raises nothing but CancelledError when the worker shuts down or lost the run."""
        claim = await self._dispatch.claim(message.execution_id, message.worker_id)
        if claim is None:
            return None
        recorder = TallyingRecorder(self._trace.open(claim))
        try:
            outcome = recorder.complete(await self._attempt(claim, recorder, message.control))
            *questions, last = _last_events(claim.execution, outcome)
            for question in questions:
                recorder.record(question)
            await recorder.finish(outcome, last)
        except ExecutionLost:
            return None
        return outcome.status

    async def _attempt(self, claim: Claim, recorder: TraceRecorder, control: RunControl) -> Outcome:
        execution = claim.execution
        if execution.cancel_requested:
            return Outcome(status=ExecutionStatus.CANCELLED)
        if execution.crashes >= MAX_ATTEMPTS:
            return await self._given_up(execution)
        if execution.attempt > 1:
            _record_recovery(execution, recorder)
        try:
            async with asyncio.timeout(None if claim.left_s is None else max(0.0, claim.left_s)):
                return await self._run(claim, recorder)
        except TimeoutError:
            error = ExecutionTimedOut(f"the run took longer than its limit of {_limit_s(execution):g} s")
            return _failure(error.code, error.detail, status=ExecutionStatus.TIMED_OUT)
        except asyncio.CancelledError:
            if control.stop != "cancelled":
                await self._requeue(claim, recorder, control)
                raise
            _forget_cancel()
            return Outcome(status=ExecutionStatus.CANCELLED)
        except ExecutionLost:
            raise
        except StorageAway:
            await self._put_off(claim)
            raise ExecutionLost(f"execution {execution.id} waits for the store to come back") from None
        except DynagentError as error:
            return _failure(error.code, error.detail)
        except Exception as error:
            self._on_crash(claim, error)
            return _failure("internal_error", f"{type(error).__name__}: the run failed inside the server, see its log")

    async def _given_up(self, execution: Execution) -> Outcome:
        history = await attempt_history(self._trace, execution.id, execution.attempt - 1)
        return _failure("worker_crashed", f"{execution.crashes} workers died while running this execution. {history}")

    async def _run(self, claim: Claim, recorder: TraceRecorder) -> Outcome:
        execution = claim.execution
        agent = await self._agents.get(execution.agent_id, execution.agent_version)
        turns = await self._chats.turns(execution) if execution.chat_id else []
        try:
            return await self._runner.run(claim, self._plan(agent, execution, turns), recorder)
        except ModelError as error:
            if agent.fallback_agent_id is None:
                raise
            fallback = await self._agents.latest(agent.fallback_agent_id, execution.user_id)
            recorder.record(
                Retry(
                    timestamp=time.time(),
                    what="fallback",
                    reason=f"{error.detail}; agent {fallback.configuration.name!r} takes over",
                    error_code=error.code,
                    try_number=2,
                )
            )
            plan = self._plan(fallback.configuration, execution, turns, key_prefix=FALLBACK_PREFIX)
            return await self._runner.run(claim, plan, recorder)

    def _plan(
        self, agent: AgentConfiguration, execution: Execution, turns: list[tuple[str, str]], *, key_prefix: str = ""
    ) -> RunPlan:
        return RunPlan(
            system_prompt=agent.system_prompt(),
            model=agent.model if key_prefix else execution.model or agent.model,
            fallback_models=agent.fallback_models,
            max_rpm=agent.max_rpm,
            temperature=agent.temperature,
            tools=agent.all_tools(),
            tool_settings={item.name: (item.type, item.config) for item in agent.tools_config},
            requires_approval=agent.requires_approval,
            approval_timeout_s=agent.approval_timeout_s,
            on_approval_timeout=agent.on_approval_timeout,
            max_iter=agent.max_iter,
            call_timeout_s=agent.call_timeout_s or self._call_timeout_s,
            history=turns,
            key_prefix=key_prefix,
            output_schema=execution.output_schema,
        )

    async def _requeue(self, claim: Claim, recorder: TraceRecorder, control: RunControl) -> None:
        """The worker stops or lost its lease: leave what was done in the log, let another continue."""
        if control.stop == "lost":
            return
        _forget_cancel()
        await recorder.flush()
        execution = claim.execution
        if await self._dispatch.requeue(execution.id, execution.attempt, crashed=False):
            await self._notifier.notify(execution.id, execution.lane)

    async def _put_off(self, claim: Claim) -> None:
        """What the run needs to begin could not be read: return it as soon as the store takes it, no crash counted."""
        while True:
            try:
                await self._dispatch.requeue(claim.execution.id, claim.execution.attempt, crashed=False)
                return
            except StorageAway:
                await asyncio.sleep(STORAGE_RETRY_S)


def _forget_cancel() -> None:
    """The cancellation is answered here; later awaits of this task must not see it again."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


def _record_recovery(execution: Execution, recorder: TraceRecorder) -> None:
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


def _failure(code: str, message: str, *, status: ExecutionStatus = ExecutionStatus.FAILED) -> Outcome:
    return Outcome(status=status, error=RunError(code=code, message=message))


def _last_events(execution: Execution, outcome: Outcome) -> list[AnyTraceEvent]:
    """Return how the attempt ends in the log: one terminal event, or a question for each open interrupt."""
    if outcome.status is not ExecutionStatus.WAITING:
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


def _terminal(execution: Execution, outcome: Outcome) -> AnyTraceEvent:
    now = time.time()
    started = execution.started_at or execution.created_at
    duration_ms = round(max(0.0, now - started.timestamp()) * 1000, 3)
    if outcome.status is ExecutionStatus.COMPLETED:
        return Complete(
            timestamp=now,
            result=outcome.result or "",
            model=outcome.model or "",
            input_tokens=outcome.usage.input_tokens,
            output_tokens=outcome.usage.output_tokens,
            cost_usd=None if outcome.cost_usd is None else format(outcome.cost_usd, "f"),
            duration_ms=duration_ms,
        )
    if outcome.status is ExecutionStatus.CANCELLED:
        return Cancelled(timestamp=now, reason="cancelled on request", duration_ms=duration_ms)
    error = outcome.error or RunError(code="internal_error", message="the run failed without saying why")
    return Failed(timestamp=now, message=error.message, error_code=error.code, duration_ms=duration_ms)


def _limit_s(execution: Execution) -> float:
    return (execution.deadline - execution.created_at).total_seconds() if execution.deadline else 0.0
