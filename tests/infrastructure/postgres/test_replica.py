"""What may be read late is read at the replica while it is well; whatever is wrong with it, the primary answers.

A second database stands for the replica: what each of them holds shows which one was asked.
"""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from dynagent.core.runs import Frame
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.trace.hub import TraceHub
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution, add_worker
from tests.servers import TestPostgres

EVENT = "INSERT INTO run_events VALUES ($1, $2, 1, $3, now(), $4)"


@pytest_asyncio.fixture
async def copy(postgres: TestPostgres) -> AsyncIterator[Database]:
    """The database that stands for the replica, with a worker whose heartbeat has just arrived."""
    name, url = await postgres.clone()
    database = connected_to(url)
    await database.connect()
    await add_worker(database)
    yield database
    await database.close()
    await postgres.drop(name)


@pytest_asyncio.fixture
async def replica(copy: Database) -> AsyncIterator[Replica]:
    """The replica, asked once."""
    replica = made(copy.dsn)
    await replica.start()
    yield replica
    await replica.stop()


def made(url: str) -> Replica:
    settings: dict[str, Any] = {"database_replica_url": url, "database_replica_max_lag_s": 30}
    return Replica(DatabaseSettings.model_validate(settings), lease_s=15.0)


def log_over(database: Database, replica: Replica) -> PostgresTraceLog:
    writer = EventWriter(database.pool, lambda *_: None)
    return PostgresTraceLog(database.pool, writer, TraceHub(), window_s=1, heartbeat_s=1, replica=lambda: replica.pool)


async def told(database: Database, id: str, where: str, *types: str) -> None:
    """Store events after the opening one; their payload says where they are."""
    for seq, type in enumerate(types, start=2):
        await database.pool.execute(EVENT, id, seq, type, f'"{where}"')


def places(frames: Any) -> list[str]:
    found: list[Frame] = list(frames)
    return [frame.payload.decode() for frame in found]


async def test_traces_of_ended_runs_are_read_there_and_live_ones_never(
    database: Database, copy: Database, replica: Replica
) -> None:
    id = await add_execution(database, status="completed")
    await add_execution(copy, id=id, status="completed")
    await told(database, id, "here", "node_start", "complete")
    await told(copy, id, "there", "node_start", "complete")
    log = log_over(database, replica)
    assert places(await log.read(id, 1, 10, ended=True)) == ['"there"', '"there"']
    assert places(await log.read(id, 1, 1, ended=True)) == ['"there"']
    assert places(await log.read(id, 1, 10)) == ['"here"', '"here"']


async def test_what_has_not_arrived_there_is_read_here(database: Database, copy: Database, replica: Replica) -> None:
    id = await add_execution(database, status="completed")
    await told(database, id, "here", "node_start", "node_end", "complete")
    log = log_over(database, replica)
    assert len(await log.read(id, 0, 10, ended=True)) == 4
    await add_execution(copy, id=id, status="running")
    await told(copy, id, "there", "node_start")
    assert places(await log.read(id, 1, 10, ended=True)) == ['"here"'] * 3
    assert places(await log.read(id, 2, 10, ended=True)) == ['"here"'] * 2
    assert await log.read(id, 4, 10, ended=True) == []


async def test_a_replica_that_is_away_is_left_alone_and_comes_back(database: Database, copy: Database) -> None:
    away = made("postgresql://nobody@127.0.0.1:1/nothing")
    await away.start()
    assert (away.pool, away.sessions) == (None, None)
    assert away.trouble
    id = await add_execution(database, status="completed")
    assert len(await log_over(database, away).read(id, 0, 10, ended=True)) == 1
    await away.stop()

    back = made(copy.dsn)
    await back.start()
    back.note_failure(ConnectionError("gone"))
    assert (back.pool, back.trouble) == (None, "gone")
    await back.check()
    assert (back.pool is None, back.trouble) == (False, None)
    await back.stop()


async def test_one_that_breaks_in_the_middle_of_a_read_is_made_up_for(
    database: Database, copy: Database, replica: Replica
) -> None:
    id = await add_execution(database, status="completed")
    assert replica.pool is not None
    # Of this database only: other tests share the server.
    await copy.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert len(await log_over(database, replica).read(id, 0, 10, ended=True)) == 1


async def test_a_replica_that_is_late_is_not_read(copy: Database, replica: Replica) -> None:
    assert replica.pool is not None
    await copy.pool.execute("UPDATE workers SET lease_until = now() - interval '20 seconds'")
    await replica.check()
    assert replica.pool is None
    assert replica.trouble is not None and "35 s old" in replica.trouble
    await copy.pool.execute("DELETE FROM workers")
    await replica.check()
    assert replica.pool is None


async def test_nothing_can_be_written_there(replica: Replica) -> None:
    assert replica.pool is not None and replica.sessions is not None
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await replica.pool.execute("DELETE FROM runs WHERE id = $1", new_id())
