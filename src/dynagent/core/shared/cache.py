"""The cache as a port: copies with versions, so that an old copy can never replace or outlive a newer one."""

from dataclasses import dataclass
from typing import Protocol

CACHE_TTL_S = 3600
"""How long a copy lives unless the operator says otherwise."""
GONE = 2**53
"""The version of an entity that was deleted: newer than any other (and exact as a double, which Lua counts in)."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A copy: its version and its bytes."""

    version: int
    value: bytes


class Cache(Protocol):
    """Remembers copies for a while. Losing it costs speed, never data; no call raises."""

    async def get(self, key: str) -> Cached | None:
        """Return the copy, None when there is none or the cache is away."""
        ...

    async def put(self, key: str, copy: Cached) -> None:
        """Keep a copy unless a newer version is known under the key."""
        ...

    async def fence(self, key: str, version: int) -> bool:
        """Forget copies older than `version` and refuse them from now on. False: the cache is away, ask again."""
        ...

    async def status(self) -> str:
        """Return `ok`, or what is wrong in one line."""
        ...
