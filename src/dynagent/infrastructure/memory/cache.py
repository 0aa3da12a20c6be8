"""The cache for one process: a bounded dictionary, oldest use out first."""

import time
from collections import OrderedDict
from collections.abc import Callable

from dynagent.core.shared.cache import CACHE_TTL_S, Cache, Cached

MAX_ENTRIES = 20_000


class MemoryCache(Cache):
    """Copies live `ttl_s` seconds by `clock` (a monotonic one); at most `max_entries` of them."""

    def __init__(
        self,
        *,
        ttl_s: float = CACHE_TTL_S,
        max_entries: int = MAX_ENTRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ttl_s = ttl_s
        self._max_entries = max_entries
        self._clock = clock
        # key → (expiry, version, value); a fence is an entry without a value.
        self._entries: OrderedDict[str, tuple[float, int, bytes | None]] = OrderedDict()

    async def get(self, key: str) -> Cached | None:
        """Return the copy unless it has expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, version, value = entry
        if expires < self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return None if value is None else Cached(version, value)

    async def put(self, key: str, copy: Cached) -> None:
        """Keep the copy unless something newer is known."""
        self._enter(key, copy.version, copy.value)

    async def fence(self, key: str, version: int) -> bool:
        """Keep only the knowledge that older versions are void."""
        entry = self._entries.get(key)
        if entry is None or entry[1] < version:
            self._enter(key, version, None)
        return True

    def clear(self) -> None:
        """Forget everything: after notices from other processes may have been missed."""
        self._entries.clear()

    async def status(self) -> str:
        """Always `ok`: it is this process's own memory."""
        return "ok"

    def _enter(self, key: str, version: int, value: bytes | None) -> None:
        entry = self._entries.get(key)
        now = self._clock()
        if entry is not None and entry[0] >= now and entry[1] > version:
            return
        self._entries[key] = (now + self._ttl_s, version, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)
