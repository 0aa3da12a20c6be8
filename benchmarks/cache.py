"""A hot `get_by_id`: from Redis, from this process's memory, from PostgreSQL; p50, p95 and the true ratio.

`python -m benchmarks.cache [--reads 3000]`; needs redis-server and the embedded PostgreSQL of the tests.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import uvloop
from tests.servers import TestPostgres, TestRedis

from benchmarks.measurements import machine, percentile
from dynagent.application.shared.caller import Caller
from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.shared.cache import Cache
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.hybrid.repository import EntityCache
from dynagent.infrastructure.memory.cache import MemoryCache
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.redis.cache import RedisCache
from dynagent.infrastructure.redis.client import RedisGuard, connect
from dynagent.infrastructure.redis.settings import RedisSettings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reads", type=int, default=3000)
    reads = parser.parse_args().reads
    postgres, redis = TestPostgres(), TestRedis()
    postgres.start()
    redis.start()
    try:
        readings = uvloop.run(measure(postgres, redis, reads))
    finally:
        redis.stop()
        postgres.stop()
    print(machine())
    print(json.dumps(readings, indent=2))


async def measure(postgres: TestPostgres, redis: TestRedis, reads: int) -> dict[str, dict[str, float]]:
    """Read the same agent over and over, one reader, each way."""
    name, url = await postgres.clone()
    database = Database(DatabaseSettings.model_validate({"database_url": url}))
    await database.connect()
    scopes, user = Scopes(database, deliver=lambda _: None), new_id()
    agent = _agent(user)
    async with scopes.open(Caller(user)) as scope:
        await scope.agents.create(agent)
        await scope.uow.commit()

    async def from_postgres() -> Agent | None:
        async with scopes.open(Caller(user)) as scope:
            return await scope.agents.get_by_id(agent.id)

    client = connect(RedisSettings(url=redis.url))
    ways: dict[str, Callable[[], Awaitable[Agent | None]]] = {"postgres": from_postgres}
    caches: dict[str, Cache] = {"redis": RedisCache(client, RedisGuard()), "memory": MemoryCache()}
    for way, cache in caches.items():
        copies = EntityCache(cache, prefix="agent", model=Agent)
        ways[way] = _through(copies, agent.id, user, from_postgres)
    readings = {way: await _timed(read, reads) for way, read in ways.items()}
    for reading in readings.values():
        reading["ratio to postgres p50"] = round(readings["postgres"]["p50 ms"] / reading["p50 ms"], 2)
    await client.aclose()
    await database.close()
    await postgres.drop(name)
    return readings


def _through(
    copies: EntityCache[Agent], id: str, user: str, load: Callable[[], Awaitable[Agent | None]]
) -> Callable[[], Awaitable[Agent | None]]:
    return lambda: copies.get(id, user, load)


async def _timed(read: Callable[[], Awaitable[Agent | None]], reads: int) -> dict[str, float]:
    for _ in range(200):
        assert await read() is not None
    times: list[float] = []
    for _ in range(reads):
        began = time.perf_counter()
        await read()
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0)
    return {"p50 ms": round(percentile(times, 50) * 1000, 4), "p95 ms": round(percentile(times, 95) * 1000, 4)}


def _agent(user: str) -> Agent:
    configuration = AgentConfiguration(name="Bench", tools=("calculator", "chatbot"), instructions="Be short. " * 40)
    return Agent.create(id=new_id(), user_id=user, configuration=configuration, now=datetime.now(UTC))


if __name__ == "__main__":
    main()
