"""The in-process cache keeps the contract, forgets in time, and stays bounded."""

import pytest

from dynagent.core.shared.cache import Cached
from dynagent.infrastructure.memory.cache import MemoryCache
from tests.infrastructure.cache_contract import CacheContract


class TestMemoryCache(CacheContract):
    @pytest.fixture
    def cache(self) -> MemoryCache:
        return MemoryCache()


async def test_copies_expire() -> None:
    now = [0.0]
    cache = MemoryCache(ttl_s=10, clock=lambda: now[0])
    await cache.put("k", Cached(5, b"x"))
    now[0] = 11
    assert await cache.get("k") is None
    await cache.put("k", Cached(4, b"an expired entry refuses nothing"))
    assert await cache.get("k") is not None


async def test_the_longest_unused_goes_first() -> None:
    cache = MemoryCache(max_entries=2)
    await cache.put("a", Cached(1, b"a"))
    await cache.put("b", Cached(1, b"b"))
    await cache.get("a")
    await cache.put("c", Cached(1, b"c"))
    assert await cache.get("b") is None
    assert await cache.get("a") is not None
