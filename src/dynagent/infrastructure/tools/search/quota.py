"""How often a user may ask a provider: a rate per minute and a quota per day."""

import time

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from dynagent.infrastructure.redis.limits import close_storage, limits_storage
from dynagent.infrastructure.tools.search.port import SearchExhausted

log = structlog.get_logger(__name__)


class SearchQuota:
    """Counts in Redis, which several processes share, or without its address in memory. Zero means: no limit."""

    def __init__(self, *, per_minute: int, per_day: int, redis_url: str | None = None) -> None:
        self._storage = _storage(redis_url)
        self._counter = FixedWindowRateLimiter(self._storage)
        self._limits: list[RateLimitItem] = []
        if per_minute:
            self._limits.append(RateLimitItemPerMinute(per_minute, namespace="search"))
        if per_day:
            self._limits.append(RateLimitItemPerDay(per_day, namespace="search"))

    async def aclose(self) -> None:
        """Close the connections of the shared storage."""
        await close_storage(self._storage)

    async def spend(self, provider: str, user_id: str) -> None:
        """Count one query. Raises SearchExhausted with the seconds until the limit is lifted.

        When the store is away the query is let through: a lost count is cheaper than a lost answer.
        """
        for limit in self._limits:
            try:
                if await self._counter.hit(limit, provider, user_id):
                    continue
                resets_at = (await self._counter.get_window_stats(limit, provider, user_id)).reset_time
            except StorageError as error:
                log.warning("search_quota_unreachable", error=str(error))
                return
            raise SearchExhausted(
                f"{provider}: this user's limit of {limit} is used up", retry_after_s=max(1.0, resets_at - time.time())
            )


def _storage(redis_url: str | None) -> Storage:
    if redis_url is None:
        return MemoryStorage(wrap_exceptions=True)
    return limits_storage(redis_url, wrap_exceptions=True)
