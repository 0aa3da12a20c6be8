"""The cache on a real Redis keeps the contract, lives 3600 s, and turns a lost Redis into misses."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from dynagent.core.shared.cache import Cached
from dynagent.infrastructure.redis.cache import RedisCache
from dynagent.infrastructure.redis.client import RedisGuard, RedisSettings, connect, forget
from tests.infrastructure.cache_contract import CacheContract


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(RedisSettings(url=redis_url))
    yield client
    await client.aclose()


class TestRedisCache(CacheContract):
    @pytest.fixture
    def cache(self, redis: Redis) -> RedisCache:
        return RedisCache(redis, RedisGuard())


async def test_a_copy_lives_for_an_hour(redis: Redis) -> None:
    await RedisCache(redis, RedisGuard()).put("agent:1", Cached(1, b"x"))
    assert 3590 < await redis.ttl("agent:1") <= 3600


async def test_a_lost_redis_is_a_slow_cache_not_an_error() -> None:
    now = [0.0]
    guard = RedisGuard(rest_s=5, clock=lambda: now[0])
    client = connect(RedisSettings(url="redis://127.0.0.1:1/0"))
    cache = RedisCache(client, guard)
    await cache.put("k", Cached(1, b"x"))
    assert await cache.get("k") is None
    assert "Error" in (guard.trouble or "")
    assert await cache.status() != "ok"
    await client.aclose()


async def test_recovery_is_told(redis: Redis) -> None:
    now = [0.0]
    guard = RedisGuard(rest_s=5, clock=lambda: now[0])
    told: list[str] = []

    async def tell() -> None:
        told.append("back")

    guard.on_recovery.append(tell)

    async def fail() -> bytes:
        raise ConnectionError("away")

    assert await guard.call(fail, b"default") == b"default"
    assert await guard.call(redis.ping, False) is False, "left alone while it rests"
    now[0] = 6
    assert await guard.call(redis.ping, False) is True
    assert told == ["back"]
    assert guard.trouble is None


async def test_what_was_missed_is_fenced_before_anything_is_read(redis: Redis) -> None:
    now = [0.0]
    guard = RedisGuard(rest_s=5, clock=lambda: now[0])
    cache = RedisCache(redis, guard)
    await cache.put("agent:1", Cached(1, b"old"))

    async def fail() -> bytes:
        raise ConnectionError("away")

    await guard.call(fail, b"")
    await cache.put("agent:1", Cached(2, b"new"))
    assert await cache.fence("agent:2", 7) is False
    assert await cache.get("agent:1") is None, "Redis is left alone"
    now[0] = 6
    assert await cache.get("agent:1") is None, "back, but its copy is known to be old"
    await cache.put("agent:2", Cached(6, b"old"))
    assert await cache.get("agent:2") is None
    await cache.put("agent:1", Cached(2, b"new"))
    assert await cache.get("agent:1") == Cached(2, b"new")


async def test_commands_remove_copies_or_say_that_they_could_not(redis: Redis, redis_url: str) -> None:
    await RedisCache(redis, RedisGuard()).put("agent:1", Cached(1, b"x"))

    assert await forget(RedisSettings(url=redis_url), ["agent:1", "agent:2"])
    assert await redis.get("agent:1") is None
    assert not await forget(RedisSettings(url="redis://127.0.0.1:1"), ["agent:1"])
