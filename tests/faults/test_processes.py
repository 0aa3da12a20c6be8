"""Servers and workers apart: whichever process is asked, the same agents, executions, streams and cancels."""

import asyncio
from pathlib import Path

import pytest
from benchmarks.scripted_model import ScriptedModel

from tests.faults.client import Client
from tests.faults.processes import Cluster


@pytest.mark.parametrize("with_redis", [False, True], ids=["notices", "redis"])
async def test_any_process_may_be_asked(cluster: Cluster, redis_url: str, with_redis: bool) -> None:
    if with_redis:
        cluster.settings["REDIS_URL"] = redis_url
    first, second = cluster.servers(2, "--no-worker")
    cluster.worker("--concurrency", "50")
    async with Client([first.url, second.url]) as client:
        agent = await client.agent("calculator")
        assert (await client.ask("GET", f"/api/v1/agents/{agent}", at=1))["id"] == agent

        run = await client.start(agent, "[[tools=1]] [[tokens=5]] count")
        follower = await client.follow(run, at=1).read()
        assert follower.cuts == 0
        assert follower.seen == await client.events(run, at=0)
        assert (await client.get(run, at=1))["status"] == "completed"

        changed = await client.ask("PUT", f"/api/v1/agents/{agent}", {"description": "changed"}, at=1)
        assert (await client.ask("GET", f"/api/v1/agents/{agent}", at=0))["version"] == changed["version"]

        slow = await client.start(agent, "[[latency=60]] never")
        await client.until(slow, lambda run: run["status"] == "running")
        await client.ask("POST", f"/api/v1/executions/{slow}/cancel", at=1)
        assert (await client.ended(slow))["status"] == "cancelled"
    worker = cluster.processes[-1]
    assert worker.stop() == 0
    assert "dynagent: stopped" in worker.said()


async def test_a_worker_joins_the_embedded_database_of_a_server(tmp_path: Path, model: ScriptedModel) -> None:
    with Cluster(tmp_path, OPENAI_BASE_URL=model.url) as cluster:
        server = cluster.server("--no-worker")
        cluster.worker()
        async with Client([server.url]) as client:
            agent = await client.agent("calculator")
            runs = await client.start_many(agent, [f"[[tools=1]] run {number}" for number in range(5)])
            assert {run["status"] for run in await asyncio.gather(*map(client.ended, runs))} == {"completed"}
