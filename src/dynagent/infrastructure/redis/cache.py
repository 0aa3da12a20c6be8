"""The cache on Redis: `SETEX <key> 3600 <version>:<run>:<json>`, written by compare-and-set on the version."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from dynagent.core.shared.cache import CACHE_TTL_S, Cache, Cached
from dynagent.infrastructure.redis.client import RedisGuard, ServerRuns, ping

# KEYS[1]; ARGV: version, the server's run, value (may be empty: a fence), seconds to live.
# An entry of the same version is replaced by a value, but a fence never replaces a value of its own version.
# What stands under the key and is no entry of ours, of whatever type, is replaced.
SET_IF_NEWER = """
local old = redis.pcall('GET', KEYS[1])
if type(old) == 'string' then
  local known = tonumber(string.match(old, '^(%d+):'))
  local offered = tonumber(ARGV[1])
  if known and (known > offered or (known == offered and ARGV[3] == '')) then return 0 end
end
redis.call('SETEX', KEYS[1], ARGV[4], ARGV[1] .. ':' .. ARGV[2] .. ':' .. ARGV[3])
return 1
"""


class RedisCache(Cache):
    """Shared by all processes; while Redis is away every read is a miss.

    What could not be written is remembered and fenced before anything is read again, so that a Redis which comes back
    with its old data serves none of it that this process knows to be old. What was written in an earlier run of the
    server is not believed either: it was restarted from a copy of its data, or a replica took over that may lack the
    last changes. `runs` are those that the client's connections learn; without them every entry is believed.
    """

    def __init__(
        self, redis: Redis, guard: RedisGuard, *, runs: ServerRuns | None = None, ttl_s: int = CACHE_TTL_S
    ) -> None:
        self._redis = redis
        self._guard = guard
        self._runs = runs
        self._ttl_s = ttl_s
        self._missed: dict[str, int] = {}
        self._catching_up = asyncio.Lock()
        self._set = redis.register_script(SET_IF_NEWER)

    async def get(self, key: str) -> Cached | None:
        """Return the copy, None on a miss, a fence, an entry that is none of ours, or while Redis is away."""
        if self._missed and not await self._catch_up():
            return None
        entry = await self._guard.call(lambda: self._read(key), None)
        if not isinstance(entry, bytes):
            return None
        version, run, value = (*entry.split(b":", 2), b"", b"")[:3]
        if not value or not version.isdigit() or run != self._run(key):
            return None
        return Cached(int(version), value)

    async def put(self, key: str, copy: Cached) -> None:
        """Keep the copy unless something newer is known."""
        await self._write(key, copy.version, copy.value)

    async def fence(self, key: str, version: int) -> bool:
        """Refuse what is older than `version` from now on."""
        return await self._write(key, version, b"")

    async def status(self) -> str:
        """Return `ok`, or the trouble Redis is in."""
        answered = await self._guard.call(lambda: ping(self._redis), 0)
        return "ok" if answered else self._guard.trouble or "redis does not answer"

    async def _catch_up(self) -> bool:
        async with self._catching_up:
            for key, version in list(self._missed.items()):
                if not await self._write(key, version, b""):
                    return False
                if self._missed.get(key) == version:
                    del self._missed[key]
        return True

    async def _read(self, key: str) -> Any:
        try:
            return await self._redis.get(key)
        except ResponseError as error:
            if str(error).startswith("WRONGTYPE"):
                return None  # somebody else's; it says nothing about the server
            raise

    async def _write(self, key: str, version: int, value: bytes) -> bool:
        written = await self._guard.call(self._writing(key, version, value), None)
        if written is None:
            self._missed[key] = max(version, self._missed.get(key, 0))
        return written is not None

    def _writing(self, key: str, version: int, value: bytes) -> Callable[[], Awaitable[Any]]:
        async def write() -> Any:
            if self._run(key) is None:
                await ping(self._redis)
            return await self._set(keys=[key], args=[version, self._run(key) or b"", value, self._ttl_s])

        return write

    def _run(self, key: str) -> bytes | None:
        return b"" if self._runs is None else self._runs.of(key)
