"""What models were asked, by user and day: stored every few seconds, many sums in one statement."""

from datetime import date
from typing import Any

from dynagent.core.language_models import ModelUsage, ProviderUsage
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.infrastructure.llm.usage import Count, Place, UsageMeter
from dynagent.infrastructure.postgres.gathered import GatheredStore
from dynagent.infrastructure.postgres.pool import Pool, Row

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


class PostgresModelUsage(GatheredStore[dict[Place, Count]], ModelUsage):
    """Reads the sums; `store` adds what a meter has counted."""

    name = "model-usage"

    def __init__(self, pool: Pool, meter: UsageMeter, *, now: Clock = utc_now) -> None:
        super().__init__(pool, meter)
        self.meter = meter
        self._now = now

    def statement(self, taken: dict[Place, Count]) -> tuple[Any, ...]:
        """Return the statement that adds counts to the sums of today."""
        users, providers, models = zip(*taken, strict=True)
        sums = zip(
            *((c.calls, c.failures, c.input_tokens, c.output_tokens, c.cost_usd) for c in taken.values()), strict=True
        )
        return ADD, self._now().date(), *(list(column) for column in (users, providers, models, *sums))

    async def of_user(self, user_id: str, since: date) -> list[ProviderUsage]:
        """Return one user's sums from that day on."""
        await self.store()
        return [_usage(row) for row in await self.pool.fetch(SUMS, since, user_id)]

    async def of_all(self, since: date) -> list[ProviderUsage]:
        """Return everybody's sums from that day on."""
        await self.store()
        return [_usage(row) for row in await self.pool.fetch(SUMS, since, None)]


def _usage(row: Row) -> ProviderUsage:
    return ProviderUsage.model_validate(dict(row))
