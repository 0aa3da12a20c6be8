"""The cache on a real Redis keeps the contract, lives 3600 s, and turns a lost Redis into misses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from dynagent.core.shared.cache import Cached
from dynagent.infrastructure.redis.cache import RedisCache
from dynagent.infrastructure.redis.client import RedisGuard, ServerRuns, connect, forget
from dynagent.infrastructure.redis.settings import RedisSettings
from tests.infrastructure.cache_contract import CacheContract
from tests.servers import TestRedis


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(RedisSettings(url=redis_url))
    yield client
    await client.aclose()


class TestRedisCache(CacheContract):
    @pytest.fixture
    async def cache(self, redis_url: str) -> AsyncIterator[RedisCache]:
        runs = ServerRuns()
        redis = connect(RedisSettings(url=redis_url), runs)
        yield RedisCache(redis, RedisGuard(), runs=runs)
        await redis.aclose()


async def test_a_copy_lives_for_an_hour(redis: Redis) -> None:
    await RedisCache(redis, RedisGuard()).put("agent:1", Cached(1, b"x"))
    assert 3590 < await redis.ttl("agent:1") <= 3600


async def test_a_lost_redis_is_a_slow_cache_not_an_error() -> None:
    now = [0.0]
    guard = RedisGuard(open_s=5, clock=lambda: now[0])
    client = connect(RedisSettings(url="redis://127.0.0.1:1/0"))
    cache = RedisCache(client, guard)
    await cache.put("k", Cached(1, b"x"))
    assert await cache.get("k") is None
    assert "Error" in (guard.trouble or "")
    assert await cache.status() != "ok"
    await client.aclose()


async def test_recovery_is_told(redis: Redis) -> None:
    now = [0.0]
    guard = RedisGuard(open_s=5, clock=lambda: now[0])
    told: list[str] = []

    async def tell() -> None:
        told.append("back")

    guard.on_recovery.append(tell)

    async def fail() -> bytes:
        raise ConnectionError("away")

    assert await guard.call(fail, b"default") == b"default"
    assert await guard.call(redis.ping, False) is False, "left alone while the circuit is open"
    now[0] = 6
    assert await guard.call(redis.ping, False) is True
    assert told == ["back"]
    assert guard.trouble is None


async def test_what_was_missed_is_fenced_before_anything_is_read(redis: Redis) -> None:
    now = [0.0]
    guard = RedisGuard(open_s=5, clock=lambda: now[0])
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


async def test_a_server_that_was_restarted_from_an_older_copy_of_its_data_is_not_believed(tmp_path: Path) -> None:
    """It saved the old state, the change came, it died: without this the old state would be served for an hour."""
    server = TestRedis()
    kept = ["--dir", str(tmp_path)]
    server.start(more=kept)
    runs, settings = ServerRuns(), RedisSettings(url=server.url, open_s=0.0)
    client = connect(settings, runs)
    try:
        cache = RedisCache(client, RedisGuard(open_s=0.0), runs=runs)
        await cache.put("agent:1", Cached(1, b"old"))
        await cache.put("agent:2", Cached(1, b"the same"))
        server.ask("SAVE")
        await cache.put("agent:1", Cached(2, b"new"))
        assert await cache.get("agent:1") == Cached(2, b"new")
        server.stop()
        server.start(server.port, more=kept)
        assert b":old" in server.ask("GET", "agent:1"), "the server has it"
        assert await cache.get("agent:1") is None
        assert await cache.get("agent:2") is None, "nor what happens to be right"
        await cache.put("agent:2", Cached(1, b"the same"))
        assert await cache.get("agent:2") == Cached(1, b"the same"), "refilled, it is believed again"
        fresh_runs = ServerRuns()
        fresh = connect(settings, fresh_runs)
        assert await RedisCache(fresh, RedisGuard(), runs=fresh_runs).get("agent:1") is None, "nor by a new process"
        await fresh.aclose()
    finally:
        await client.aclose()
        server.stop()


@pytest.mark.parametrize("entry", [b"", b"garbage", b"x:y:z", b"-1:r:{}", b"5", b"5:", b":::", b"\xff:\xfe", b"12:{}"])
async def test_what_is_no_entry_of_ours_is_a_miss_and_replaced(redis: Redis, entry: bytes) -> None:
    guard = RedisGuard()
    cache = RedisCache(redis, guard)
    await redis.set("agent:1", entry)
    assert await cache.get("agent:1") is None
    await cache.put("agent:1", Cached(7, b"x:y"))
    assert await cache.get("agent:1") in (Cached(7, b"x:y"), None)
    await cache.put("agent:1", Cached(20, b"x:y"))
    assert await cache.get("agent:1") == Cached(20, b"x:y")
    assert guard.trouble is None


async def test_a_value_of_another_type_says_nothing_about_the_server(redis: Redis) -> None:
    guard = RedisGuard()
    cache = RedisCache(redis, guard)
    await redis.execute_command("LPUSH", "agent:1", "a")
    assert await cache.get("agent:1") is None
    assert guard.trouble is None
    await cache.put("agent:1", Cached(1, b"x"))
    assert await cache.get("agent:1") == Cached(1, b"x")


async def test_of_many_readers_after_an_outage_one_fences_what_was_missed(redis: Redis) -> None:
    now = [0.0]
    guard = RedisGuard(open_s=5, clock=lambda: now[0])
    cache = RedisCache(redis, guard)

    async def fail() -> bytes:
        raise ConnectionError("away")

    await guard.call(fail, b"")
    for number in range(20):
        await cache.fence(f"agent:{number}", 2)
    now[0] = 6
    before = await calls(redis)
    await asyncio.gather(*(cache.get("agent:0") for _ in range(10)))
    assert await calls(redis) - before == 20


async def calls(redis: Redis) -> int:
    """Return how often a script was run."""
    stats = await redis.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "eval")) - stats.get(
        "cmdstat_evalsha", {}
    ).get("failed_calls", 0)
