"""A run of a second kind starts three runs in parallel and joins them; kill -9, cancelling and counting are right."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import pytest_asyncio

from dynagent.core.runs import ChildRun, NodeStart, Outcome, RunLost, RunStatus
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import cancel_trees
from dynagent.infrastructure.postgres.runs.children import PostgresChildren, runs_ended
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from tests.conftest import connected_to
from tests.fakes.executions import FakeNotifier
from tests.infrastructure.postgres.rows import add_worker
from tests.infrastructure.postgres.runs.tiny_kind import TinyWorker

INSERT = """
INSERT INTO runs (id, user_id, kind, subject_id, subject_version, subject_name, input, lane, priority, status, crashes,
  cancel_requested, usage, created_at, deadline, notified_at)
VALUES ($1, $2, $3, $4, 1, 'T', $5::json, 'interactive', 0, 'pending', 0, false, '{}', now(),
  now() + interval '5 minutes', '-infinity')
"""
OPENING = 'INSERT INTO run_events VALUES ($1, 1, 0, \'connection\', now(), \'{"type":"connection","seq":1}\')'
BEGUN = "SELECT count(*) FROM runs WHERE parent_run_id = $1 AND attempt > 0"
CHILDREN = "SELECT id::text AS id, status, attempt, deadline FROM runs WHERE parent_run_id = $1 ORDER BY id"


@pytest_asyncio.fixture
async def own(fresh_database_url: str) -> AsyncIterator[Database]:
    database = connected_to(fresh_database_url)
    await database.connect()
    yield database
    await database.close()


async def add(database: Database, kind: str = "tiny", **input: Any) -> str:
    id = new_id()
    await database.pool.execute(INSERT, id, new_id(), kind, new_id(), orjson.dumps(input).decode())
    await database.pool.execute(OPENING, id)
    return id


async def row(database: Database, id: str) -> Any:
    return await database.pool.fetchrow("SELECT *, usage::text AS used FROM runs WHERE id = $1", id)


async def until(database: Database, id: str, *statuses: str) -> Any:
    async with asyncio.timeout(60):
        while (found := await row(database, id))["status"] not in statuses:
            await asyncio.sleep(0.05)
    return found


async def parent(database: Database, children: int) -> tuple[Any, PostgresChildren, list[str]]:
    """Return a claimed parent with so many children."""
    id = await add(database, children=children, each={})
    dispatch = PostgresDispatch(database.pool, user_cap=100)
    claim = await dispatch.claim(id, await add_worker(database))
    assert claim is not None
    store = PostgresChildren(database.pool, FakeNotifier())
    wanted = [ChildRun(key=str(n), kind="tiny", subject_id=new_id(), input={"number": n}) for n in range(children)]
    started = await store.start(claim.run, wanted)
    assert [run.id for run in await store.start(claim.run, wanted)] == [run.id for run in started], "once per key"
    return claim, store, [run.id for run in started]


async def test_three_children_run_in_parallel_and_are_joined(own: Database) -> None:
    id = await add(own, children=3, each={})
    async with TinyWorker(own):
        done = await until(own, id, "completed", "failed")
    assert (done["status"], done["result"], done["open_children"]) == ("completed", "3", 0)
    assert orjson.loads(done["used"])["total_tokens"] == 3, "what the children used counts as the parent's too"
    assert await own.pool.fetchval("SELECT sum(n)::int FROM user_slots") == 0
    events = await own.pool.fetch("SELECT seq, type FROM run_events WHERE execution_id = $1 ORDER BY seq", id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "complete"


async def test_an_unknown_kind_fails_with_its_name(own: Database) -> None:
    id = await add(own, kind="unheard-of")
    async with TinyWorker(own):
        failed = await until(own, id, "failed")
    assert orjson.loads(failed["error"])["code"] == "unknown_run_kind"
    assert "'unheard-of'" in orjson.loads(failed["error"])["message"]


async def test_a_tree_survives_the_death_of_its_worker(own: Database, fresh_database_url: str) -> None:
    id = await add(own, children=3, each={"sleep_s": 2.0})
    command = [sys.executable, "-m", "tests.infrastructure.postgres.runs.tiny_kind", fresh_database_url]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        await until(own, id, "waiting")
        children = {child["id"] for child in await own.pool.fetch(CHILDREN, id)}
        async with asyncio.timeout(60):
            while not await own.pool.fetchval(BEGUN, id):
                await asyncio.sleep(0.02)
        process.kill()
    async with TinyWorker(own):
        done = await until(own, id, "completed", "failed")
    assert (done["status"], done["result"]) == ("completed", "3")
    assert {child["id"] for child in await own.pool.fetch(CHILDREN, id)} == children, "none was started twice"


async def test_a_tree_is_cancelled_as_a_whole(own: Database) -> None:
    id = await add(own, children=3, each={"sleep_s": 120})
    async with TinyWorker(own) as tiny:
        await until(own, id, "waiting")
        for child in await own.pool.fetch(CHILDREN, id):
            await until(own, child["id"], "running")
        async with own.pool.acquire() as connection, connection.transaction():
            done = await cancel_trees(connection, [id], now=utc_now())
        assert ([ended for ended, _ in done.ended], len(done.running)) == ([id], 3)
        for running in done.running:
            tiny.worker.cancel(running)
            await until(own, running, "cancelled")
    assert (await row(own, id))["open_children"] == 0


async def test_children_of_a_parent_that_ended_without_them_are_cancelled(own: Database) -> None:
    claim, _, children = await parent(own, 2)
    await own.pool.execute("UPDATE runs SET status = 'failed', completed_at = now() WHERE id = $1", claim.run.id)
    await own.pool.execute("UPDATE runs SET not_before = now() + interval '1 h' WHERE parent_run_id = $1", claim.run.id)
    async with TinyWorker(own):
        for child in children:
            await until(own, child, "cancelled")


async def test_two_children_that_end_at_once_wake_the_parent_once(own: Database) -> None:
    claim, _, (first, second) = await parent(own, 2)
    await own.pool.execute("UPDATE runs SET status = 'waiting', worker = NULL WHERE id = $1", claim.run.id)

    async def end(child: str) -> list[Any]:
        async with own.pool.acquire() as connection, connection.transaction():
            return await runs_ended(connection, [child])

    woken = await asyncio.gather(end(first), end(second))
    assert sorted(woken, key=len) == [[], [(claim.run.id, "interactive")]]
    found = await row(own, claim.run.id)
    assert (found["status"], found["open_children"]) == ("pending", 0)


@pytest.mark.parametrize("ended_before", [0, 1, 2])
async def test_no_wake_is_lost_when_children_end_before_the_parent_waits(own: Database, ended_before: int) -> None:
    claim, _, children = await parent(own, 2)
    tiny = TinyWorker(own)
    tiny.writer.start()
    async with own.pool.acquire() as connection:
        for child in children[:ended_before]:
            assert await runs_ended(connection, [child]) == []
    recorder = tiny.handler.trace.open(claim)

    waits = Outcome(status=RunStatus.WAITING, awaits_children=0)
    await recorder.finish(waits, NodeStart(timestamp=0.0, node="children"))
    found = await row(own, claim.run.id)
    assert found["status"] == ("pending" if ended_before == 2 else "waiting")
    await tiny.writer.stop()


async def test_children_share_deadline_and_owner_and_a_lost_parent_starts_none(own: Database) -> None:
    claim, store, _ = await parent(own, 1)
    (child,) = await store.all_of(claim.run)
    assert (child.deadline, child.user_id) == (claim.run.deadline, claim.run.user_id)
    assert (child.parent_run_id, child.root_run_id) == (claim.run.id, claim.run.id)
    await own.pool.execute("UPDATE runs SET attempt = attempt + 1 WHERE id = $1", claim.run.id)
    with pytest.raises(RunLost):
        await store.start(claim.run, [ChildRun(key="late", kind="tiny", subject_id=new_id())])
