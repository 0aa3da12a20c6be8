"""The cache on Redis: `SETEX <key> 3600 <version>:<json>`, written by compare-and-set on the version."""

from typing import Any

from redis.asyncio import Redis

from dynagent.core.shared.cache import CACHE_TTL_S, Cache, Cached
from dynagent.infrastructure.redis.client import RedisGuard

# KEYS[1]; ARGV: version, value (may be empty: a fence), seconds to live.
# An entry of the same version is replaced by a value, but a fence never replaces a value of its own version.
SET_IF_NEWER = """
local old = redis.call('GET', KEYS[1])
if old then
  local known = tonumber(string.match(old, '^(%d+):'))
  local offered = tonumber(ARGV[1])
  if known and (known > offered or (known == offered and ARGV[2] == '')) then return 0 end
end
redis.call('SETEX', KEYS[1], ARGV[3], ARGV[1] .. ':' .. ARGV[2])
return 1
"""


class RedisCache(Cache):
    """Shared by all processes; while Redis is away every read is a miss and every write is dropped."""

    def __init__(self, redis: Redis, guard: RedisGuard, *, ttl_s: int = CACHE_TTL_S) -> None:
        self._redis = redis
        self._guard = guard
        self._ttl_s = ttl_s
        self._set = redis.register_script(SET_IF_NEWER)

    async def get(self, key: str) -> Cached | None:
        """Return the copy, None on a miss, a fence, or while Redis is away."""
        entry = await self._guard.call(lambda: self._redis.get(key), None)
        if not isinstance(entry, bytes):
            return None
        version, _, value = entry.partition(b":")
        return Cached(int(version), value) if value else None

    async def put(self, key: str, copy: Cached) -> None:
        """Keep the copy unless something newer is known."""
        await self._write(key, copy.version, copy.value)

    async def fence(self, key: str, version: int) -> None:
        """Refuse what is older than `version` from now on."""
        await self._write(key, version, b"")

    async def status(self) -> str:
        """Return `ok`, or the trouble Redis is in."""
        pong = await self._guard.call(self._ping, None)
        return "ok" if pong else self._guard.trouble or "redis does not answer"

    async def _ping(self) -> Any:
        return await self._redis.execute_command("PING")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]

    async def _write(self, key: str, version: int, value: bytes) -> None:
        await self._guard.call(lambda: self._set(keys=[key], args=[version, value, self._ttl_s]), None)
