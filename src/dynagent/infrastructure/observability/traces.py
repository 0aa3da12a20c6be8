"""Metrics and log lines of executions, read from the trace itself: whatever is recorded is also counted and logged."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import structlog

from dynagent.core.runs import (
    AnyTraceEvent,
    Claim,
    Frame,
    Message,
    NodeStart,
    Outcome,
    Retry,
    ToolEnd,
    ToolStart,
    TraceLog,
    TraceRecorder,
    UsageReport,
)
from dynagent.infrastructure.observability.metrics import Metrics

log = structlog.get_logger(__name__)


class ObservedTraceLog:
    """A trace log that tells `metrics` and the process log about every step, and otherwise is the one inside."""

    def __init__(self, inner: TraceLog, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    def open(self, claim: Claim) -> TraceRecorder:
        """Return the recorder of a claimed attempt, observed."""
        return ObservedRecorder(self._inner.open(claim), self._metrics, claim)

    def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Follow as the inner log does."""
        return self._inner.follow(execution_id, after)

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        """Read as the inner log does."""
        return await self._inner.read(execution_id, after, limit, ended=ended)


class ObservedRecorder:
    """Records into the inner recorder and counts what passes."""

    def __init__(self, inner: TraceRecorder, metrics: Metrics, claim: Claim) -> None:
        self._inner = inner
        self._metrics = metrics
        self._began = time.perf_counter()
        self._log = log.bind(execution_id=claim.run.id, agent_id=claim.run.subject_id, user_id=claim.run.user_id)
        # The hot path: pieces of text go straight to the inner recorder.
        self.record_text = inner.record_text
        self.record_model_call = inner.record_model_call
        self.flush = inner.flush
        # A first attempt is what everybody expects, and its end has a line; a later one is what an operator looks for.
        write = self._log.debug if claim.run.attempt == 1 else self._log.info
        write("execution_claimed", attempt=claim.run.attempt)

    def record(self, event: AnyTraceEvent) -> None:
        """Record an event; steps are logged at DEBUG, retries at WARNING."""
        self._inner.record(event)
        observe = _OBSERVERS.get(type(event))
        if observe is not None:
            observe(self._metrics, self._log, event)

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Finish the inner recorder and count the execution; an attempt that was lost counts as `lost`."""
        status = "lost"
        try:
            await self._inner.finish(outcome, last)
            status = outcome.status.value
        finally:
            self._ended(status, outcome)

    def _ended(self, status: str, outcome: Outcome) -> None:
        seconds = time.perf_counter() - self._began
        self._metrics.executions.of(status).inc()
        self._metrics.execution_seconds.of(status).observe(seconds)
        error_code = outcome.error.code if outcome.error else None
        self._log.info("execution_ended", status=status, duration_ms=round(seconds * 1000, 2), error_code=error_code)


def _observe_usage(metrics: Metrics, logger: Any, event: UsageReport) -> None:
    metrics.model_calls.of(event.model).inc()
    metrics.model_seconds.of(event.model).observe(event.duration_ms / 1000)
    if event.first_token_ms is not None:
        metrics.model_first_token_seconds.of(event.model).observe(event.first_token_ms / 1000)
    metrics.model_tokens.of(event.model, "input").inc(event.input_tokens)
    metrics.model_tokens.of(event.model, "output").inc(event.output_tokens)
    if event.cost_usd is not None:
        metrics.model_cost_usd.of(event.model).inc(float(event.cost_usd))
    logger.debug("model_called", model=event.model, duration_ms=event.duration_ms, total_tokens=event.total_tokens)


def _observe_tool_end(metrics: Metrics, logger: Any, event: ToolEnd) -> None:
    outcome = "ok" if event.error is None else "error"
    metrics.tool_calls.of(event.tool, outcome).inc()
    metrics.tool_seconds.of(event.tool).observe(event.duration_ms / 1000)
    error_code = event.error.code if event.error else None
    logger.debug("tool_ended", tool=event.tool, duration_ms=event.duration_ms, error_code=error_code, line=event.line)


def _observe_retry(metrics: Metrics, logger: Any, event: Retry) -> None:
    metrics.retries.of(event.what, event.error_code).inc()
    logger.warning("retry", what=event.what, reason=event.reason, error_code=event.error_code, delay_s=event.delay_s)


def _observe_node_start(_metrics: Metrics, logger: Any, event: NodeStart) -> None:
    logger.debug("node_started", node=event.node)


def _observe_tool_start(_metrics: Metrics, logger: Any, event: ToolStart) -> None:
    logger.debug("tool_started", tool=event.tool, call_key=event.call_key, line=event.line)


def _observe_message(_metrics: Metrics, logger: Any, event: Message) -> None:
    tools = [call.name for call in event.tool_calls]
    logger.debug("model_replied", model=event.model, content=event.content, tool_calls=tools, final=event.final)


_OBSERVERS: dict[type, Callable[[Metrics, Any, Any], None]] = {
    UsageReport: _observe_usage,
    ToolEnd: _observe_tool_end,
    Retry: _observe_retry,
    NodeStart: _observe_node_start,
    ToolStart: _observe_tool_start,
    Message: _observe_message,
}
