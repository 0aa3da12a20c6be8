"""What every cache must do, whatever it is made of; each adapter's test module derives a class from this."""

from dynagent.core.shared.cache import GONE, Cache, Cached


class CacheContract:
    """Derive and give a `cache` fixture."""

    async def test_what_was_put_is_got(self, cache: Cache) -> None:
        await cache.put("agent:1", Cached(5, b'{"a":1}'))
        assert await cache.get("agent:1") == Cached(5, b'{"a":1}')
        assert await cache.get("agent:2") is None

    async def test_an_older_copy_never_replaces_a_newer_one(self, cache: Cache) -> None:
        await cache.put("k", Cached(5, b"new"))
        await cache.put("k", Cached(4, b"old"))
        assert await cache.get("k") == Cached(5, b"new")
        await cache.put("k", Cached(6, b"newest"))
        assert await cache.get("k") == Cached(6, b"newest")

    async def test_a_fence_forgets_and_refuses_what_is_older(self, cache: Cache) -> None:
        await cache.put("k", Cached(5, b"old"))
        await cache.fence("k", 6)
        assert await cache.get("k") is None
        await cache.put("k", Cached(5, b"old, from a slow reader"))
        assert await cache.get("k") is None
        await cache.put("k", Cached(6, b"new"))
        assert await cache.get("k") == Cached(6, b"new")

    async def test_a_late_fence_does_not_take_away_a_newer_copy(self, cache: Cache) -> None:
        await cache.put("k", Cached(6, b"new"))
        await cache.fence("k", 6)
        await cache.fence("k", 5)
        assert await cache.get("k") == Cached(6, b"new")

    async def test_what_is_gone_stays_gone(self, cache: Cache) -> None:
        await cache.put("k", Cached(5, b"x"))
        await cache.fence("k", GONE)
        await cache.put("k", Cached(1_790_000_000_000_000, b"from a slow reader"))
        assert await cache.get("k") is None

    async def test_versions_of_today_are_compared_exactly(self, cache: Cache) -> None:
        now = 1_790_000_000_000_001
        await cache.put("k", Cached(now, b"new"))
        await cache.put("k", Cached(now - 1, b"a microsecond older"))
        assert await cache.get("k") == Cached(now, b"new")

    async def test_values_are_bytes_of_any_kind(self, cache: Cache) -> None:
        value = bytes(range(256)) + b":1:2"
        await cache.put("k", Cached(1, value))
        assert await cache.get("k") == Cached(1, value)

    async def test_its_status_is_ok(self, cache: Cache) -> None:
        assert await cache.status() == "ok"
