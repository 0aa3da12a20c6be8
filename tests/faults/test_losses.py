"""Workers are lost in the less usual ways: again and again, all at once, cut off, or with a loop that hangs."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.brokers import free_port
from tests.faults.client import Client
from tests.faults.cut import Cut
from tests.faults.processes import Cluster, wait_for
from tests.faults.test_clocks import _python_path

LONG = "[[tokens=600]] [[token_delay=0.2]]"
TALK = "[[tokens=40]] [[token_delay=0.1]]"
HANG = """
import signal, time
def hang(*_):
    time.sleep(6)
signal.signal(signal.SIGUSR1, hang)
"""
UNNOTIFIED = """
INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, context, lane, priority, status,
  attempt, crashes, cancel_requested, usage, created_at)
SELECT uuidv7(), user_id, agent_id, agent_version, agent_name, query, context, lane, priority, 'pending',
  0, 0, false, '{}', now() - interval '15 s' FROM executions WHERE id = $1 RETURNING id::text
"""


@pytest.fixture
async def table(fresh_database_url: str) -> AsyncIterator[Any]:
    """A connection to the database."""
    connection: Any = await asyncpg.connect(fresh_database_url)  # pyright: ignore[reportUnknownMemberType]
    yield connection
    await connection.close()


async def whole_traces(client: Client, runs: list[str]) -> None:
    """Check that each log has every seq once and nothing of an attempt after its successor began."""
    for run in runs:
        events = await client.events(run)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        attempts = [event["attempt"] for event in events]
        assert attempts == sorted(attempts)


@pytest.mark.slow_fault
async def test_a_run_that_kills_its_workers_is_set_apart_and_given_up(cluster: Cluster) -> None:
    server = cluster.server("--no-worker")
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        poison = await client.start(agent, f"{LONG} poison")
        for number in range(1, 6):
            victim = cluster.worker()
            await client.until(poison, lambda run, n=number: run["attempt"] == n and run["status"] == "running")
            if number > 2:
                assert (await client.get(poison))["lane"] == "quarantine"
                innocent = await client.ended(await client.start(agent, "[[tokens=3]] innocent"))
                assert (innocent["status"], innocent["attempt"]) == ("completed", 1)
            victim.kill()
        cluster.worker()
        found = await client.ended(poison)
        assert (found["status"], found["error"]["code"], found["attempt"]) == ("failed", "worker_crashed", 6)
        told = found["error"]["message"]
        assert told.startswith("5 workers died while running this execution. ")
        assert [f"Attempt {number} " in told for number in range(1, 7)] == [True] * 5 + [False]
        await whole_traces(client, [poison])


@pytest.mark.slow_fault
async def test_all_workers_die_and_no_user_ever_has_more_places_than_his(cluster: Cluster, table: Any) -> None:
    cluster.settings["MAX_CONCURRENT_RUNS_PER_USER"] = "3"
    server = cluster.server("--no-worker")
    victims = cluster.workers(2)
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, await table.fetchval("SELECT count(*) FROM executions WHERE status = 'running'"))
            await asyncio.sleep(0.02)

    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        runs = await client.start_many(agent, [f"{TALK} run {number}" for number in range(12)])
        watching = asyncio.create_task(watch())
        while most < 3:
            await asyncio.sleep(0.02)
        for victim in victims:
            victim.kill()
        cluster.worker()
        assert {(await client.ended(run))["status"] for run in runs} == {"completed"}
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert most == 3
        assert await table.fetchval("SELECT max(n) FROM user_slots") == 0, "every place came back"
        await whole_traces(client, runs)


@pytest.mark.slow_fault
async def test_what_was_committed_but_never_notified_for_is_run(cluster: Cluster, table: Any) -> None:
    server = cluster.server()
    async with Client([server.url]) as client:
        first = await client.start(await client.agent("calculator"), "[[tokens=3]] notified")
        await client.ended(first)
        unnotified = await table.fetchval(UNNOTIFIED, first)
        assert (await client.ended(unnotified))["status"] == "completed"


@pytest.mark.slow_fault
async def test_a_worker_that_is_cut_off_from_the_database_is_succeeded(
    cluster: Cluster, fresh_database_url: str
) -> None:
    server = cluster.server("--no-worker")
    async with Cut(fresh_database_url, cluster.place / "cut") as way, Client([server.url]) as client:
        port = str(free_port())
        lonely = await asyncio.to_thread(cluster.worker, DATABASE_URL=way.url, WORKER_METRICS_PORT=port)
        agent = await client.agent("calculator")
        runs = await client.start_many(agent, [f"{TALK} run {number}" for number in range(10)])
        for run in runs:
            await client.until(run, lambda found: found["status"] == "running")
        way.cut = True
        async with httpx2.AsyncClient(trust_env=False) as http:
            while (await http.get(f"http://127.0.0.1:{port}/ready")).status_code != 503:
                await asyncio.sleep(0.1)
            await asyncio.to_thread(cluster.worker)
            for run in runs:
                await client.until(run, lambda found: found["attempt"] == 2)
            way.cut = False
            assert {(await client.ended(run))["status"] for run in runs} == {"completed"}
            while (await http.get(f"http://127.0.0.1:{port}/ready")).status_code != 200:
                await asyncio.sleep(0.1)
        assert lonely.alive
        assert "worker_expired" in lonely.said()
        await whole_traces(client, runs)


@pytest.mark.slow_fault
async def test_a_worker_whose_loop_hangs_is_succeeded_and_says_where_it_hung(cluster: Cluster, tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    hangs.mkdir()
    (hangs / "sitecustomize.py").write_text(HANG)
    server = cluster.server("--no-worker")
    slow = cluster.worker(PYTHONPATH=f"{hangs}:{_python_path()}")
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        runs = await client.start_many(agent, [f"[[latency=600]] run {number}" for number in range(10)])
        for run in runs:
            await client.until(run, lambda found: found["status"] == "running")
        other = await asyncio.to_thread(cluster.worker)
        slow.popen.send_signal(signal.SIGUSR1)
        for run in runs:
            await client.until(run, lambda found: found["attempt"] == 2)
        wait_for(lambda: "worker_expired" in slow.said(), "the worker notices")
        for run in runs:
            assert (await client.get(run))["attempt"] == 2
            await client.ask("POST", f"/api/v1/executions/{run}/cancel")
        assert {(await client.ended(run))["status"] for run in runs} == {"cancelled"}
        assert "event_loop_blocked" in slow.said()
        assert "sitecustomize.py" in slow.said(), "the line that held the loop"
        assert slow.alive
        assert other.alive
        await whole_traces(client, runs)
