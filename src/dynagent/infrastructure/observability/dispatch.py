"""Metrics of claims: how long they take, how long executions waited for one, how often attempts are repeated."""

import time

from dynagent.core.executions import Claim, Dispatch
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
        return claim

    async def requeue(self, execution_id: str, attempt: int, *, crashed: bool, delay_s: float = 0.0) -> bool:
        """Requeue as the inner dispatch does."""
        returned = await self._inner.requeue(execution_id, attempt, crashed=crashed, delay_s=delay_s)
        self._metrics.requeues.of("crash" if crashed else "release").inc()
        return returned

    def _count(self, claim: Claim) -> None:
        execution = claim.execution
        self._metrics.attempts.of("first" if execution.attempt == 1 else "again").inc()
        if execution.attempt == 1 and execution.started_at is not None:
            waited_s = (execution.started_at - execution.created_at).total_seconds()
            self._metrics.wait_seconds.observe(max(0.0, waited_s))
