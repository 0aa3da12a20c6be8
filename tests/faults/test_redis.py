"""Redis is emptied, restarted, slow, hangs, or is away: nothing is lost, no request fails, nothing stale is served."""

import asyncio
import os
import signal

import pytest
import redis

from tests.faults.client import Client
from tests.faults.processes import Cluster
from tests.faults.slow import SlowProxy
from tests.servers import TestRedis


class Editor:
    """Changes an agent at one server and reads it at the other, all the time."""

    def __init__(self, client: Client, agent: str) -> None:
        self._client = client
        self._agent = agent
        self.stopped = False
        self.edits = 0
        self.late = 0
        self.statuses: set[int] = set()

    async def work(self) -> None:
        """Edit until told to stop; a copy that stays stale fails the test."""
        path = f"/api/v1/agents/{self._agent}"
        while not self.stopped:
            self.edits += 1
            changed = await self._client.send("PUT", path, {"description": f"edit {self.edits}"})
            self.statuses.add(changed.status_code)
            wanted = changed.json()["version"]
            known = 0
            for _ in range(40):
                read = await self._client.send("GET", path, at=1)
                self.statuses.add(read.status_code)
                known = read.json()["version"]
                if known >= wanted:
                    break
                self.late += 1
                await asyncio.sleep(0.05)
            else:
                raise AssertionError(f"version {known} is still served, {wanted} is the truth")
            await asyncio.sleep(0.05)


@pytest.mark.slow_fault
async def test_whatever_happens_to_redis_nobody_notices(cluster: Cluster, own_redis: TestRedis) -> None:
    async with SlowProxy(own_redis.port) as way:
        cluster.settings["REDIS_URL"] = f"redis://127.0.0.1:{way.port}/0"
        first, second = await asyncio.to_thread(cluster.servers, 2)
        await _disturb(Client([first.url, second.url]), own_redis, way)


async def _disturb(clients: Client, own_redis: TestRedis, way: SlowProxy) -> None:
    async with clients as client:
        agent = await client.agent("calculator")
        queries = [f"[[tools=1]] [[tokens=450]] [[token_delay=0.1]] run {number}" for number in range(10)]
        runs = [await client.start(agent, query, at=number % 2) for number, query in enumerate(queries)]
        reading = [asyncio.create_task(client.follow(run, at=1).read()) for run in runs]
        editor = Editor(client, agent)
        editing = asyncio.create_task(editor.work())
        late: list[str] = []
        for happens in (_flush, _restart, _slow, _hang, _away):
            await asyncio.sleep(1)
            await happens(own_redis, way)
            late.append(await client.start(agent, "[[tokens=3]] while Redis is in trouble"))
        await asyncio.sleep(1)
        editor.stopped = True
        await editing

        assert editor.statuses == {200}
        assert editor.late == 0, f"{editor.late} reads of {editor.edits} edits came before the news did"
        for follower in await asyncio.gather(*reading):
            assert follower.cuts == 0
            assert follower.refusals == []
            assert follower.seen == await client.events(follower.execution_id)
        assert {(await client.ended(run))["status"] for run in [*runs, *late]} == {"completed"}
        assert (await client.send("GET", "/health", at=1)).json()["parts"]["redis"]["status"] == "ok"


async def _flush(server: TestRedis, _way: SlowProxy) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.flushall()


async def _restart(server: TestRedis, _way: SlowProxy) -> None:
    port = server.port
    server.stop()
    server.start(port)


async def _away(server: TestRedis, _way: SlowProxy) -> None:
    """Longer than any client waits for an answer or before it asks how its connection is."""
    port = server.port
    server.stop()
    await asyncio.sleep(20)
    server.start(port)


async def _slow(_server: TestRedis, way: SlowProxy) -> None:
    way.delay_s = 0.3
    await asyncio.sleep(3)
    way.delay_s = 0


async def _hang(server: TestRedis, _way: SlowProxy) -> None:
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGSTOP)
    await asyncio.sleep(3)
    os.kill(server._process.pid, signal.SIGCONT)
