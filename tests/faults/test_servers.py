"""A server dies with its followers; they go on at another one and miss nothing."""

import asyncio

import pytest

from tests.faults.client import Client
from tests.faults.processes import Cluster


@pytest.mark.parametrize("with_redis", [False, True], ids=["notices", "redis"])
@pytest.mark.slow_fault
async def test_followers_of_a_killed_server_go_on_at_another(
    cluster: Cluster, redis_url: str, with_redis: bool
) -> None:
    if with_redis:
        cluster.settings["REDIS_URL"] = redis_url
    victim, other = cluster.servers(2, "--no-worker")
    cluster.worker()
    async with Client([victim.url, other.url]) as client:
        agent = await client.agent("calculator")
        queries = [f"[[tools=1]] [[tokens=60]] [[token_delay=0.1]] run {number}" for number in range(50)]
        runs = await client.start_many(agent, queries)
        followers = [client.follow(run) for run in runs[:20]]
        reading = [asyncio.create_task(follower.read()) for follower in followers]
        while not all(len(follower.seen) > 5 for follower in followers):
            await asyncio.sleep(0.05)
        victim.kill()
        await asyncio.gather(*reading)

        assert {(await client.ended(run, at=1))["status"] for run in runs} == {"completed"}
        for follower in followers:
            stored = await client.events(follower.execution_id, at=1)
            assert follower.cuts >= 1
            assert follower.seqs == list(range(1, len(stored) + 1)), "0 lost, 0 doubled"
            assert follower.seen == stored
