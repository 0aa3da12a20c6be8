"""What models were asked, by user and day: stored every few seconds, many sums in one statement."""

import asyncio
from datetime import date

import structlog

from dynagent.core.language_models import ModelUsage, ProviderUsage
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.llm.usage import UsageMeter
from dynagent.infrastructure.postgres.pool import Pool, Row

STORE_EVERY_S = 5.0

# Users that were deleted meanwhile have no sums.
ADD = """
INSERT INTO model_usage (user_id, day, provider, model, calls, failures, input_tokens, output_tokens, cost_usd)
SELECT n.user_id, $1, n.provider, n.model, n.calls, n.failures, n.input_tokens, n.output_tokens, n.cost_usd
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::numeric[])
  AS n(user_id, provider, model, calls, failures, input_tokens, output_tokens, cost_usd)
JOIN users u ON u.id = n.user_id ORDER BY 1, 3, 4
ON CONFLICT (user_id, day, provider, model) DO UPDATE SET
  calls = model_usage.calls + excluded.calls, failures = model_usage.failures + excluded.failures,
  input_tokens = model_usage.input_tokens + excluded.input_tokens,
  output_tokens = model_usage.output_tokens + excluded.output_tokens,
  cost_usd = CASE WHEN model_usage.cost_usd IS NULL THEN excluded.cost_usd
    ELSE model_usage.cost_usd + coalesce(excluded.cost_usd, 0) END
"""
SUMS = """
SELECT provider, model, sum(calls)::bigint AS calls, sum(failures)::bigint AS failures,
  sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens, sum(cost_usd) AS cost_usd
FROM model_usage WHERE day >= $1 AND ($2::uuid IS NULL OR user_id = $2)
GROUP BY provider, model ORDER BY calls DESC, provider, model LIMIT 500
"""

log = structlog.get_logger(__name__)


class PostgresModelUsage(ModelUsage):
    """Reads the sums; `store` adds what a meter has counted."""

    def __init__(self, pool: Pool, meter: UsageMeter, *, now: Clock = utc_now) -> None:
        self._pool = pool
        self.meter = meter
        self._now = now
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._tasks = [asyncio.get_running_loop().create_task(self._keep_storing(), name="model-usage")]

    async def stop(self) -> None:
        """Store what is left, and stop."""
        await end_tasks(self._tasks)
        await self.store()

    async def store(self) -> None:
        """Add what was counted; what cannot be stored is counted on."""
        counts = self.meter.take()
        if not counts:
            return
        users, providers, models = zip(*counts, strict=True)
        sums = zip(
            *((c.calls, c.failures, c.input_tokens, c.output_tokens, c.cost_usd) for c in counts.values()), strict=True
        )
        columns = (users, providers, models, *sums)
        try:
            await self._pool.execute(ADD, self._now().date(), *(list(column) for column in columns))
        except Exception as error:
            log.warning("model_usage_not_stored", error=repr(error))
            self.meter.put_back(counts)

    async def of_user(self, user_id: str, since: date) -> list[ProviderUsage]:
        """Return one user's sums from that day on."""
        await self.store()
        return [_usage(row) for row in await self._pool.fetch(SUMS, since, user_id)]

    async def of_all(self, since: date) -> list[ProviderUsage]:
        """Return everybody's sums from that day on."""
        await self.store()
        return [_usage(row) for row in await self._pool.fetch(SUMS, since, None)]

    async def _keep_storing(self) -> None:
        while True:
            await asyncio.sleep(STORE_EVERY_S)
            await self.store()


def _usage(row: Row) -> ProviderUsage:
    return ProviderUsage.model_validate(dict(row))
