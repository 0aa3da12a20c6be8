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
    """Shared by all processes; while Redis is away every read is a miss.

    What could not be written is remembered and fenced before anything is read again, so that a Redis which comes back
    with its old data serves none of it that this process knows to be old.
    """

    def __init__(self, redis: Redis, guard: RedisGuard, *, ttl_s: int = CACHE_TTL_S) -> None:
        self._redis = redis
        self._guard = guard
        self._ttl_s = ttl_s
        self._missed: dict[str, int] = {}
        self._set = redis.register_script(SET_IF_NEWER)

    async def get(self, key: str) -> Cached | None:
        """Return the copy, None on a miss, a fence, or while Redis is away."""
        if self._missed and not await self._catch_up():
            return None
        entry = await self._guard.call(lambda: self._redis.get(key), None)
        if not isinstance(entry, bytes):
            return None
        version, _, value = entry.partition(b":")
        return Cached(int(version), value) if value else None

    async def put(self, key: str, copy: Cached) -> None:
        """Keep the copy unless something newer is known."""
        await self._write(key, copy.version, copy.value)

    async def fence(self, key: str, version: int) -> bool:
        """Refuse what is older than `version` from now on."""
        return await self._write(key, version, b"")

    async def status(self) -> str:
        """Return `ok`, or the trouble Redis is in."""
        pong = await self._guard.call(self._ping, None)
        return "ok" if pong else self._guard.trouble or "redis does not answer"

    async def _catch_up(self) -> bool:
        for key, version in list(self._missed.items()):
            if not await self._write(key, version, b""):
                return False
            if self._missed.get(key) == version:
                del self._missed[key]
        return True

    async def _write(self, key: str, version: int, value: bytes) -> bool:
        written = await self._guard.call(lambda: self._set(keys=[key], args=[version, value, self._ttl_s]), None)
        if written is None:
            self._missed[key] = max(version, self._missed.get(key, 0))
        return written is not None

    async def _ping(self) -> Any:
        return await self._redis.execute_command("PING")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
