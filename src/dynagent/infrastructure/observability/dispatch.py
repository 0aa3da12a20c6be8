"""Metrics of claims: how long they take, how long executions waited for one, how often attempts are repeated.

With a claim the task's logs become the run's: they carry the correlation id of the request that started the tree, which
another process may have taken in long ago.
"""

import time

import structlog

from dynagent.core.runs import Claim, Dispatch, Run
from dynagent.infrastructure.observability.metrics import Metrics


class ObservedDispatch:
    """A dispatch that tells `metrics` about every claim and return, and otherwise is the one inside."""

    def __init__(self, inner: Dispatch, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    async def claim(self, execution_id: str, worker_id: str) -> Claim | None:
        """Claim as the inner dispatch does."""
        began = time.perf_counter()
        claim = await self._inner.claim(execution_id, worker_id)
        self._metrics.claim_seconds.observe(time.perf_counter() - began)
        if claim is not None:
            self._count(claim)
            _bind(claim.run)
        return claim

    async def requeue(self, execution_id: str, attempt: int, *, crashed: bool, delay_s: float = 0.0) -> bool:
        """Requeue as the inner dispatch does."""
        returned = await self._inner.requeue(execution_id, attempt, crashed=crashed, delay_s=delay_s)
        self._metrics.requeues.of("crash" if crashed else "release").inc()
        return returned

    def _count(self, claim: Claim) -> None:
        execution = claim.run
        self._metrics.attempts.of("first" if execution.attempt == 1 else "again").inc()
        if execution.attempt == 1 and execution.started_at is not None:
            waited_s = (execution.started_at - execution.created_at).total_seconds()
            self._metrics.wait_seconds.observe(max(0.0, waited_s))


def _bind(run: Run) -> None:
    """Whoever started this task may have been another run or request: nothing of theirs is to stand in the lines."""
    root = run.root_run_id or run.id
    structlog.contextvars.bind_contextvars(correlation_id=run.correlation_id or root, user_id=run.user_id)
    if run.parent_run_id is not None:
        structlog.contextvars.bind_contextvars(root_run_id=root, parent_run_id=run.parent_run_id)
