"""Pauses of trees: told once each in the log, whoever asks for them and whenever; never of what is to be cancelled."""

from collections.abc import AsyncIterator

import pytest_asyncio

from dynagent.core.runs import NodeStart, Outcome, Run, RunStatus
from dynagent.core.shared.clock import utc_now
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import cancel_trees
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.pausing import continue_tree, pause_tree
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.postgres.runs.workflows import PostgresWorkflowPauses
from dynagent.infrastructure.trace.recorder import BatchingRecorder
from tests.infrastructure.postgres.rows import add_worker
from tests.infrastructure.postgres.runs.test_child_runs import add, own, row

__all__ = ["own"]


@pytest_asyncio.fixture
async def writer(own: Database) -> AsyncIterator[EventWriter]:
    made = EventWriter(own.pool, lambda _id, _frames: None)
    made.start()
    yield made
    await made.stop()


async def told(database: Database, id: str) -> list[tuple[int, str]]:
    found = await database.pool.fetch("SELECT seq, type FROM run_events WHERE execution_id = $1 ORDER BY seq", id)
    return [(event["seq"], event["type"]) for event in found]


async def pause(database: Database, id: str) -> None:
    async with database.pool.acquire() as connection, connection.transaction():
        await pause_tree(connection, id, str((await row(database, id))["user_id"]))


async def go_on(database: Database, id: str) -> None:
    async with database.pool.acquire() as connection, connection.transaction():
        assert await continue_tree(connection, id, str((await row(database, id))["user_id"])) is not None


async def test_a_pause_of_what_nobody_runs_is_told_at_once_and_once(own: Database) -> None:
    id = await add(own)
    await pause(own, id)
    await pause(own, id)
    assert await told(own, id) == [(1, "connection"), (2, "pause")]
    assert await PostgresDispatch(own.pool, user_cap=9).claim(id, await add_worker(own)) is None
    await go_on(own, id)
    await pause(own, id)
    assert [type for _, type in await told(own, id)] == ["connection", "pause", "continue", "pause"]


async def test_a_pause_of_a_running_one_is_told_when_it_comes_to_rest(own: Database, writer: EventWriter) -> None:
    id = await add(own)
    claim = await PostgresDispatch(own.pool, user_cap=9).claim(id, await add_worker(own))
    assert claim is not None
    await pause(own, id)
    assert await told(own, id) == [(1, "connection")], "its log is its worker's"
    recorder = BatchingRecorder(claim, window_s=0.01, wake=writer.wake)
    await recorder.finish(Outcome(status=RunStatus.WAITING, awaits_children=0), _waits(claim.run))
    assert [type for _, type in await told(own, id)] == ["connection", "node_start", "pause"]
    assert [seq for seq, _ in await told(own, id)] == [1, 2, 3]
    assert ((await row(own, id))["status"], (await row(own, id))["paused_at"] is None) == ("pending", False)


async def test_what_is_to_be_cancelled_is_not_paused(own: Database, writer: EventWriter) -> None:
    id = await add(own)
    dispatch = PostgresDispatch(own.pool, user_cap=9)
    claim = await dispatch.claim(id, await add_worker(own))
    assert claim is not None
    async with own.pool.acquire() as connection, connection.transaction():
        await cancel_trees(connection, [id], now=utc_now())
    await pause(own, id)
    await PostgresWorkflowPauses(own.pool).pause(claim.run)
    assert (await row(own, id))["paused_at"] is None
    recorder = BatchingRecorder(claim, window_s=0.01, wake=writer.wake)
    await recorder.finish(Outcome(status=RunStatus.WAITING, awaits_children=0), _waits(claim.run))
    again = await dispatch.claim(id, await add_worker(own))
    assert again is not None and again.run.cancel_requested, "whoever claims it ends it"


def _waits(run: Run) -> NodeStart:
    return NodeStart(timestamp=run.created_at.timestamp(), span_id="children/1", node="children")
