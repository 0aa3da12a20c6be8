"""A real streaming standby as the read replica: read while it keeps up, left alone while it lags or is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres import replica as module
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution, add_worker
from tests.infrastructure.postgres.test_replica import log_over
from tests.standby import PrimaryAndStandby


@pytest.fixture(scope="module")
def pair() -> Iterator[PrimaryAndStandby]:
    with PrimaryAndStandby() as pair:
        asyncio.run(migrations.upgrade(pair.primary.url))
        yield pair


@pytest_asyncio.fixture
async def primary(pair: PrimaryAndStandby) -> AsyncIterator[Database]:
    database = connected_to(pair.primary.url)
    await database.connect()
    yield database
    await database.close()


@pytest_asyncio.fixture
async def replica(pair: PrimaryAndStandby, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Replica]:
    monkeypatch.setattr(module, "CHECK_S", 0.05)
    settings: dict[str, Any] = {"database_replica_url": pair.standby.url, "database_replica_max_lag_s": 1.5}
    replica = Replica(DatabaseSettings.model_validate(settings), lease_s=15.0)
    await replica.start()
    yield replica
    await replica.stop()


@pytest_asyncio.fixture
async def beating(primary: Database) -> AsyncIterator[None]:
    """A worker whose heart beats."""
    leases, worker_id = PostgresLeases(primary.pool), await add_worker(primary)

    async def beat() -> None:
        while True:
            await leases.beat(worker_id)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(beat())
    yield
    task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("beating")
async def test_a_standby_that_keeps_up_is_read_and_cannot_be_written(replica: Replica, primary: Database) -> None:
    await until(lambda: replica.pool is not None)
    assert replica.pool is not None and replica.sessions is not None
    assert await replica.pool.fetchval("SELECT pg_is_in_recovery()")
    id = await add_execution(primary, status="completed")
    async with asyncio.timeout(10):
        while not await replica.pool.fetchval("SELECT count(*) FROM runs WHERE id = $1", id):
            await asyncio.sleep(0.02)
    [frame] = await log_over(primary, replica).read(id, 0, 10, ended=True)
    assert frame.seq == 1
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await replica.pool.execute("DELETE FROM runs")


@pytest.mark.usefixtures("beating")
async def test_a_standby_that_falls_behind_is_left_alone_until_it_has_caught_up(
    pair: PrimaryAndStandby, replica: Replica, primary: Database
) -> None:
    await until(lambda: replica.pool is not None)
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    id = await add_execution(primary, status="completed")
    await until(lambda: replica.pool is None)
    assert "heartbeat" in (replica.trouble or "")
    assert [frame.seq for frame in await log_over(primary, replica).read(id, 0, 10, ended=True)] == [1]
    pair.standby.ask("SELECT pg_wal_replay_resume()")
    await until(lambda: replica.pool is not None)
    assert [frame.seq for frame in await log_over(primary, replica).read(id, 0, 10, ended=True)] == [1]


@pytest.mark.usefixtures("beating")
async def test_an_event_that_has_not_come_yet_is_read_at_the_primary(
    pair: PrimaryAndStandby, replica: Replica, primary: Database
) -> None:
    await until(lambda: replica.pool is not None)
    id = await add_execution(primary, status="completed")
    async with asyncio.timeout(10):
        while not await replica.pool.fetchval("SELECT count(*) FROM runs WHERE id = $1", id):  # type: ignore[union-attr]
            await asyncio.sleep(0.02)
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    try:
        await primary.pool.execute("INSERT INTO run_events VALUES ($1, 2, 1, 'complete', now(), '{}')", id)
        assert [frame.seq for frame in await log_over(primary, replica).read(id, 1, 10, ended=True)] == [2]
    finally:
        pair.standby.ask("SELECT pg_wal_replay_resume()")


@pytest.mark.usefixtures("beating")
async def test_a_standby_that_stops_and_comes_back(
    pair: PrimaryAndStandby, replica: Replica, primary: Database
) -> None:
    await until(lambda: replica.pool is not None)
    id = await add_execution(primary, status="completed")
    pair.standby.stop()
    assert [frame.seq for frame in await log_over(primary, replica).read(id, 0, 10, ended=True)] == [1]
    await until(lambda: replica.pool is None)
    pair.standby.start()
    await until(lambda: replica.pool is not None)


async def test_a_standby_of_a_primary_without_a_worker_is_not_believed(replica: Replica, primary: Database) -> None:
    await primary.pool.execute("DELETE FROM workers")
    await until(lambda: replica.pool is None)
