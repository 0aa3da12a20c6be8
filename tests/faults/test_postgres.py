"""PostgreSQL restarts under runs, streams and creations; or its disk is full."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.faults.client import Client
from tests.faults.processes import PATIENCE_S, Cluster
from tests.faults.servers import OwnPostgres


class Submitter:
    """Submits executions all the time; remembers what was accepted and what the refusals were."""

    def __init__(self, client: Client, agent: str) -> None:
        self._client = client
        self._agent = agent
        self.accepted: list[str] = []
        self.refused: list[tuple[int, str | None]] = []
        self.stopped = False

    async def work(self) -> None:
        """Submit until told to stop."""
        number = 0
        while not self.stopped:
            number += 1
            body = {"agent_id": self._agent, "query": f"[[tools=1]] [[tokens=3]] {number}", "mode": "async"}
            answer = await self._client.send("POST", "/api/executions", body)
            if answer.is_success:
                self.accepted.append(answer.json()["id"])
            else:
                self.refused.append((answer.status_code, answer.headers.get("Retry-After")))
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
@pytest.mark.slow_fault
async def test_a_restart_delays_everything_and_loses_nothing(
    own_postgres: OwnPostgres, own_cluster: Cluster, number: int
) -> None:
    server = own_cluster.server("--no-worker")
    own_cluster.worker()
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        queries = [f"[[tools=2]] [[tokens=60]] [[token_delay=0.1]] run {n}" for n in range(20)]
        runs = await client.start_many(agent, queries)
        reading = [asyncio.create_task(client.follow(run).read()) for run in runs]
        submitter = Submitter(client, agent)
        submitting = asyncio.create_task(submitter.work())
        await client.until(runs[-1], lambda found: found["status"] == "running")
        await asyncio.sleep(1)

        with own_postgres.away(number):
            while len(submitter.refused) < 5:
                await asyncio.sleep(0.1)
            health = await client.send("GET", "/health")
            assert health.status_code == 503
        before = len(submitter.accepted)
        async with asyncio.timeout(PATIENCE_S):
            while len(submitter.accepted) < before + 5:
                await asyncio.sleep(0.1)
        submitter.stopped = True
        await submitting

        assert {status for status, _ in submitter.refused} == {503}
        assert all(retry_after is not None and int(retry_after) >= 1 for _, retry_after in submitter.refused)
        for run in [*runs, *submitter.accepted]:
            found = await client.ended(run)
            assert found["status"] == "completed", found["error"]
        for follower in await asyncio.gather(*reading):
            assert follower.seen == await client.events(follower.execution_id)
            assert set(follower.refusals) <= {503}
    assert all(process.alive for process in own_cluster.processes)


@pytest.fixture
def small_disk(own_postgres: OwnPostgres) -> Iterator[Path]:
    """A file system of four megabytes that PostgreSQL may write to; needs root to be mounted."""
    place = Path(tempfile.mkdtemp(prefix="dynagent-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        place.rmdir()
        pytest.skip("mounting a small file system needs root")
    place.chmod(0o755)
    inside = place / "space"
    inside.mkdir(mode=0o700)
    os.chown(inside, own_postgres.account, -1)
    yield inside
    subprocess.run(["umount", "-l", str(place)], check=False)
    place.rmdir()


@pytest.mark.slow_fault
async def test_a_full_disk_holds_runs_up_and_leaves_nothing_half_written(
    own_postgres: OwnPostgres, own_cluster: Cluster, small_disk: Path
) -> None:
    server = own_cluster.server()
    await _move_events(own_postgres.url, small_disk)
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        assert (await client.ended(await client.start(agent, "[[tools=1]] before")))["status"] == "completed"
        filler = small_disk.parent / "filler"
        with filler.open("wb") as file:
            file.write(b"x" * shutil.disk_usage(small_disk).free)

        queries = [f"[[tools=2]] [[tokens=400]] [[token_delay=0.005]] run {number}" for number in range(30)]
        answers = [await client.send("POST", "/api/executions", {"agent_id": agent, "query": query, "mode": "async"})
                   for query in queries]  # fmt: skip
        accepted = [answer.json()["id"] for answer in answers if answer.is_success]
        assert {answer.status_code for answer in answers} <= {202, 503}
        async with asyncio.timeout(PATIENCE_S):
            while "event_batch_retried" not in server.said():
                await asyncio.sleep(0.1)
        parts = (await client.send("GET", "/health")).json()["parts"]
        assert parts["trace"]["status"] == "warn"
        assert "No space left" in parts["trace"]["detail"]

        filler.unlink()
        for run in accepted:
            found = await client.ended(run)
            assert (found["status"], found["attempt"]) == ("completed", 1)
            seqs = [event["seq"] for event in await client.events(run)]
            assert seqs == list(range(1, len(seqs) + 1))
        assert (await client.send("GET", "/health")).json()["parts"]["trace"]["status"] == "ok"


async def _move_events(url: str, place: Path) -> None:
    connection: Any = await asyncpg.connect(url)  # pyright: ignore[reportUnknownMemberType]
    try:
        await connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        tables = await connection.fetch(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'run_events'::regclass"
        )
        for table in tables:
            await connection.execute(f"ALTER TABLE {table['name']} SET TABLESPACE small")
    finally:
        await connection.close()
