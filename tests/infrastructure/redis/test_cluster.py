"""Everything that uses Redis, on a real cluster of three masters: cache, news, notifier, rates; and its address."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from dynagent.core.identity import TooManyAttempts
from dynagent.core.shared.cache import Cached
from dynagent.infrastructure.redis.cache import RedisCache
from dynagent.infrastructure.redis.client import RedisGuard, ServerRuns, connect, ping
from dynagent.infrastructure.redis.limits import close_storage, limits_storage
from dynagent.infrastructure.redis.notifier import BadBrokerUrl, TaskiqNotifier, broker_factory
from dynagent.infrastructure.redis.settings import RedisSettings, read_address
from dynagent.infrastructure.security.throttle import redis_throttle
from dynagent.infrastructure.tools.search.port import SearchExhausted
from dynagent.infrastructure.tools.search.quota import SearchQuota
from tests.infrastructure.cache_contract import CacheContract
from tests.infrastructure.redis.test_notifier import Listener
from tests.infrastructure.redis.test_trace_fanout import Process, frame
from tests.servers import TestRedisCluster


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def settings(redis_cluster: TestRedisCluster) -> RedisSettings:
    for server in redis_cluster.servers:
        server.ask("FLUSHALL")
    return RedisSettings(url=redis_cluster.url)


@pytest.fixture
async def runs() -> ServerRuns:
    return ServerRuns()


@pytest.fixture
async def redis(settings: RedisSettings, runs: ServerRuns) -> AsyncIterator[Redis]:
    client = connect(settings, runs)
    yield client
    await client.aclose()


class TestClusterCache(CacheContract):
    @pytest.fixture
    def cache(self, redis: Redis, runs: ServerRuns) -> RedisCache:
        return RedisCache(redis, RedisGuard(probe=lambda: ping(redis)), runs=runs)

    async def test_copies_are_spread_over_all_masters(self, cache: RedisCache, redis_cluster: TestRedisCluster) -> None:
        for number in range(60):
            await cache.put(f"agent:{number}", Cached(1, b"%d" % number))
        assert [await cache.get(f"agent:{number}") for number in range(60)] == [
            Cached(1, b"%d" % number) for number in range(60)
        ]
        held = [int(server.ask("DBSIZE")) for server in redis_cluster.servers]
        assert min(held) > 0 and sum(held) == 60

    async def test_every_master_is_asked_how_it_is(self, redis: Redis) -> None:
        assert await ping(redis) == 3


@pytest.fixture
async def processes(settings: RedisSettings) -> AsyncIterator[list[Process]]:
    made = [Process(settings) for _ in range(4)]
    for process in made:
        await process.fanout.start()
    await until(lambda: all(process.fanout.healthy for process in made))
    yield made
    for process in made:
        await process.stop()


async def test_news_reach_followers_whatever_node_each_process_has(processes: list[Process]) -> None:
    here, *others = processes
    channels = [other.hub.join(f"x{number}") for number, other in enumerate(others)]
    for seq in range(1, 100):
        for number in range(len(others)):
            here.fanout.publish(f"x{number}", [frame(seq, terminal=seq == 99)])
        if not all(channel.last for channel in channels):
            await asyncio.sleep(0.005)
    await until(lambda: all(channel.last == 99 for channel in channels))


async def test_a_node_that_fails_is_left_for_another(processes: list[Process]) -> None:
    before = [id(await process.server.redis()) for process in processes]
    for process in processes:
        await (await process.server.redis()).execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    channel = processes[0].hub.join("x")
    async with asyncio.timeout(15):
        while not channel.last:
            processes[1].fanout.publish("x", [frame(1)])
            await asyncio.sleep(0.02)
    assert id(await processes[0].server.redis()) != before[0]


async def test_notifications_notify_over_a_cluster(settings: RedisSettings) -> None:
    made = [TaskiqNotifier(broker_factory(settings.url or "")) for _ in range(3)]
    for notifier in made:
        await notifier.start()
    listeners = [Listener(), Listener()]
    await made[0].notify("early", "interactive")
    for notifier, listener in zip(made[1:], listeners, strict=True):
        notifier.listen(listener.on_notification, listener.room)
    for number in range(20):
        await made[0].notify(f"e{number}", "batch" if number % 2 else "interactive")
    await until(lambda: sum(len(listener.heard) for listener in listeners) == 21)
    heard = sorted(id for listener in listeners for id, _ in listener.heard)
    assert heard == sorted(["early", *(f"e{number}" for number in range(20))])
    for notifier in made:
        await notifier.stop()


async def test_after_a_flush_notifications_are_heard_again(
    settings: RedisSettings, redis_cluster: TestRedisCluster
) -> None:
    notifier, listener = TaskiqNotifier(broker_factory(settings.url or "")), Listener()
    await notifier.start()
    notifier.listen(listener.on_notification, listener.room)
    await notifier.notify("before", "interactive")
    await until(lambda: bool(listener.heard))
    for server in redis_cluster.servers:
        server.ask("FLUSHALL")
    async with asyncio.timeout(20):
        while len(listener.heard) < 2:
            await notifier.notify("after", "interactive")
            await asyncio.sleep(0.1)
    await notifier.stop()


async def test_rates_are_counted_for_all_processes(settings: RedisSettings, redis_cluster: TestRedisCluster) -> None:
    assert settings.url is not None
    one, other = redis_throttle(settings.url), redis_throttle(settings.url)
    with pytest.raises(TooManyAttempts):
        for _ in range(4):
            await one.admit_login("ada", "192.0.2.1")
            await other.admit_login("ada", "192.0.2.1")
    assert sum(int(server.ask("DBSIZE")) for server in redis_cluster.servers) > 0, "counted there, not in memory"
    storage = limits_storage(settings.url)
    assert await MovingWindowRateLimiter(storage).storage.check()
    await close_storage(storage)
    for throttle in (one, other):
        await throttle.aclose()


async def test_the_quota_of_searches_is_counted_there(settings: RedisSettings) -> None:
    quotas = [SearchQuota(per_minute=2, per_day=0, redis_url=settings.url) for _ in range(3)]
    for quota in quotas[:2]:
        await quota.spend("duckduckgo", "u")
    with pytest.raises(SearchExhausted):
        await quotas[2].spend("duckduckgo", "u")
    for quota in quotas:
        await quota.aclose()


async def test_a_cluster_that_is_away_is_a_slow_cache_not_an_error() -> None:
    now = [0.0]
    settings = RedisSettings(url="redis://127.0.0.1:1,127.0.0.1:2?cluster=true")
    client, runs = connect(settings), ServerRuns()
    guard = RedisGuard(open_s=5, clock=lambda: now[0], probe=lambda: ping(client))
    cache = RedisCache(client, guard, runs=runs)
    await cache.put("k", Cached(1, b"x"))
    assert await cache.get("k") is None
    assert guard.trouble is not None
    assert await cache.status() != "ok"
    now[0] = 6
    assert await cache.fence("k", 2) is False
    await client.aclose()
    notifier = TaskiqNotifier(broker_factory(settings.url or ""))
    await notifier.start()
    await notifier.notify("e", "interactive")
    await notifier.stop()


async def test_with_one_master_gone_nothing_fails_and_it_comes_back_by_itself() -> None:
    cluster = TestRedisCluster()
    cluster.start()
    runs = ServerRuns()
    client = connect(RedisSettings(url=cluster.url, open_s=0.01), runs)
    cache = RedisCache(client, RedisGuard(open_s=0.01, probe=lambda: ping(client)), runs=runs)
    keys = [f"agent:{number}" for number in range(30)]
    try:
        for key in keys:
            await cache.put(key, Cached(1, b"old"))
        cluster.servers[0].stop()
        for key in keys:
            await cache.put(key, Cached(2, b"new"))
            assert await cache.get(key) in (None, Cached(2, b"new"))
        await until_async(lambda: is_away(cache))
        cluster.restart(0)
        await until_async(lambda: is_well(cache))
        for key in keys:
            assert await cache.get(key) in (None, Cached(2, b"new")), "what changed meanwhile is fenced"
            await cache.put(key, Cached(2, b"new"))
            assert await cache.get(key) == Cached(2, b"new")
    finally:
        await client.aclose()
        cluster.stop()


async def until_async(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def is_well(cache: RedisCache) -> bool:
    return await cache.status() == "ok"


async def is_away(cache: RedisCache) -> bool:
    return await cache.status() != "ok"


@pytest.mark.parametrize(
    ("url", "nodes", "tls", "account"),
    [
        ("redis://a?cluster=true", (("a", 6379),), False, (None, None)),
        ("redis://a:1,b:2,c?cluster=true", (("a", 1), ("b", 2), ("c", 6379)), False, (None, None)),
        ("rediss://ada:s%40fe@a:1,b:2/0?cluster=yes", (("a", 1), ("b", 2)), True, ("ada", "s@fe")),
        ("redis://:pw@[::1]:7000?cluster=1", (("::1", 7000),), False, (None, "pw")),
    ],
)
def test_how_a_cluster_is_named(url: str, nodes: Any, tls: bool, account: Any) -> None:
    address = read_address(url)
    assert (address.is_cluster, address.nodes, address.tls) == (True, nodes, tls)
    assert (address.username, address.password) == account


@pytest.mark.parametrize("url", ["redis://a:1/3", "rediss://u:p@a", "unix:///run/redis.sock", "redis://a?protocol=3"])
def test_one_server_is_named_as_ever(url: str) -> None:
    assert (read_address(url).url, read_address(url).is_cluster) == (url, False)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://a,b", "add ?cluster=true"),
        ("redis://a/1?cluster=true", "no other database than 0"),
        ("unix:///x?cluster=true", "cannot be unix://"),
        ("redis://a:x?cluster=true", "a host or a port that cannot be"),
        ("redis://a?cluster=true&protocol=3", "takes no protocol"),
        ("http://a", "must begin with redis://"),
        ("redis", "must begin with redis://"),
    ],
)
def test_what_names_no_redis_says_why(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match="url") as refused:
        RedisSettings(url=url)
    assert reason in str(refused.value)
    if url.startswith("redis://"):
        with pytest.raises(BadBrokerUrl) as refused_broker:
            broker_factory(url)("interactive")
        assert reason in str(refused_broker.value)
