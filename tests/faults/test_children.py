"""Runs that started others: their workers die, their database restarts, they are cancelled, a person is waited for."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
import pytest_asyncio

from dynagent.application.shared.caller import Caller
from dynagent.core.runs import Answer
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import cancel_trees
from tests.conftest import connected_to
from tests.faults.servers import OwnPostgres
from tests.infrastructure.postgres.runs.test_child_runs import add, own, row, until
from tests.infrastructure.postgres.runs.tiny_kind import TinyWorker
from tests.repositories import RepositoryScopes

__all__ = ["own"]

CHILDREN = "SELECT id::text AS id, status, attempt FROM runs WHERE parent_run_id = $1 ORDER BY id"


@contextmanager
def tiny_process(url: str) -> Generator["subprocess.Popen[bytes]"]:
    """A worker process of the tiny kind."""
    command = [sys.executable, "-m", "tests.infrastructure.postgres.runs.tiny_kind", url]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        try:
            yield process
        finally:
            process.kill()


async def children_of(database: Database, id: str) -> list[tuple[str, int]]:
    return [(child["id"], child["attempt"]) for child in await database.pool.fetch(CHILDREN, id)]


def used(found: Any) -> int:
    return orjson.loads(found["used"])["total_tokens"]


@pytest.mark.slow_fault
async def test_a_worker_killed_while_its_run_joins(own: Database, fresh_database_url: str) -> None:
    id = await add(own, children=3, each={}, after_s=30)
    with tiny_process(fresh_database_url) as process:
        await until(own, id, "waiting")
        await until(own, id, "running")
        before = await children_of(own, id)
        process.kill()
        process.wait()
    await own.pool.execute("""UPDATE runs SET input = '{"children": 3, "each": {}}' WHERE id = $1""", id)
    async with TinyWorker(own):
        done = await until(own, id, "completed", "failed")
    assert (done["status"], done["result"], used(done)) == ("completed", "3", 3)
    assert await children_of(own, id) == before, "no child was started or run again"


@pytest.mark.slow_fault
async def test_a_child_that_waits_for_a_person_outlives_its_worker(own: Database, fresh_database_url: str) -> None:
    id = await add(own, children=2, each={"asks": True})
    with tiny_process(fresh_database_url):
        await until(own, id, "waiting")
        for child, _ in await children_of(own, id):
            await until(own, child, "waiting")
    owner = (await row(own, id))["user_id"]
    async with TinyWorker(own) as tiny:
        for child, _ in await children_of(own, id):
            async with RepositoryScopes(own, deliver=lambda _: None).open(Caller(str(owner))) as scope:
                (asked,) = await scope.executions.interrupts(child)
                answer = asked.answered(Answer(decision="approve"), by=new_id(), now=utc_now())
                changed = await scope.executions.answer(child, [answer])
                await scope.uow.commit()
            assert changed is not None
            tiny.worker.notify(child, changed.lane)
        done = await until(own, id, "completed", "failed")
    assert (done["status"], done["result"]) == ("completed", "1")


async def test_an_unanswered_child_ends_with_its_parents_time(own: Database) -> None:
    id = await add(own, children=2, each={"asks": True})
    await own.pool.execute("UPDATE runs SET deadline = now() + interval '3 s' WHERE id = $1", id)
    async with TinyWorker(own):
        ended = await until(own, id, "timed_out", "completed", "failed")
        statuses = {child["status"] for child in await own.pool.fetch(CHILDREN, id)}
    assert (ended["status"], statuses) == ("timed_out", {"failed"})


async def test_a_tree_is_cancelled_while_its_children_are_queued(own: Database) -> None:
    id = await add(own, children=5, each={"sleep_s": 120})
    async with TinyWorker(own, user_cap=1) as tiny:
        await until(own, id, "waiting")
        async with asyncio.timeout(60):
            while [attempt for _, attempt in await children_of(own, id)].count(1) != 1:
                await asyncio.sleep(0.02)
        async with own.pool.acquire() as connection, connection.transaction():
            done = await cancel_trees(connection, [id], now=utc_now())
        assert (len(done.ended), len(done.running)) == (5, 1), "the run itself, four that were queued; one that runs"
        tiny.worker.cancel(done.running[0])
        await until(own, done.running[0], "cancelled")
        assert {child["status"] for child in await own.pool.fetch(CHILDREN, id)} == {"cancelled"}
        assert await own.pool.fetchval("SELECT sum(n)::int FROM user_slots") == 0
        fresh = await add(own, children=2, each={})
        assert (await until(own, fresh, "completed", "failed"))["status"] == "completed", "its place came back"


@pytest_asyncio.fixture
async def restarting(tmp_path: Path) -> AsyncIterator[tuple[OwnPostgres, Database]]:
    """A server of this test's own with the schema, and a pool of connections to it."""
    place = tmp_path / "own"
    place.mkdir()
    for part in (tmp_path, place):
        part.chmod(0o755)
    with OwnPostgres(place) as server:
        database = connected_to(server.url)
        await database.connect()
        await migrations.upgrade_apart(database.dsn)
        yield server, database
        await database.close()


@pytest.mark.slow_fault
async def test_the_database_restarts_while_children_are_joined(restarting: tuple[OwnPostgres, Database]) -> None:
    server, database = restarting
    ids = [await add(database, children=3, each={"sleep_s": 1.0}, tries=2) for _ in range(5)]
    async with TinyWorker(database):
        for id in ids:
            await until(database, id, "waiting")
        with server.away():
            await asyncio.sleep(2.0)
        for id in ids:
            done = await _patiently(database, id)
            assert (done["status"], done["result"], used(done)) == ("completed", "3", 3)
            assert len(await children_of(database, id)) == 3


async def _patiently(database: Database, id: str) -> Any:
    while True:
        try:
            return await until(database, id, "completed", "failed")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.2)
