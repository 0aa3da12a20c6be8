"""The connection to Redis, and the guard that turns its absence into slowness instead of errors."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dynagent.infrastructure.redis.settings import RedisSettings

log = structlog.get_logger()

T = TypeVar("T")

_AT_ONCE = 1000


def connect(settings: RedisSettings) -> Redis:
    """Return a client for `settings.url`; nothing is sent yet."""
    if settings.url is None:
        raise ValueError("REDIS_URL is not set")
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        settings.url,
        socket_timeout=settings.timeout_s,
        socket_connect_timeout=settings.timeout_s,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
        max_connections=200,
    )


async def forget(settings: RedisSettings, keys: Sequence[str]) -> bool:
    """Remove keys; return whether Redis was there to do so. For commands, which keep no client."""
    async with connect(settings) as redis:
        try:
            for at in range(0, len(keys), _AT_ONCE):
                await redis.unlink(*keys[at : at + _AT_ONCE])
        except (RedisError, OSError, TimeoutError):
            return False
    return True


class RedisGuard:
    """Calls Redis; after a failure it is left alone for `rest_s` seconds and every call gives its default at once.

    The first failure and the recovery are logged, nothing in between.
    """

    def __init__(self, *, rest_s: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest_s = rest_s
        self._clock = clock
        self._resting_until = 0.0
        self.trouble: str | None = None
        self.on_recovery: list[Callable[[], Awaitable[Any]]] = []

    async def call(self, action: Callable[[], Awaitable[T]], default: T) -> T:
        """Return what the action gives, or the default while Redis is away."""
        if self._clock() < self._resting_until:
            return default
        try:
            result = await action()
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            return default
        if self.trouble is not None:
            self.trouble = None
            log.info("redis_is_back")
            for callback in self.on_recovery:
                await callback()
        return result

    def _failed(self, error: BaseException) -> None:
        self._resting_until = self._clock() + self._rest_s
        if self.trouble is None:
            log.warning("redis_away", error=repr(error), consequence="served from PostgreSQL, slower, nothing is lost")
        self.trouble = f"{type(error).__name__}: {error}"
