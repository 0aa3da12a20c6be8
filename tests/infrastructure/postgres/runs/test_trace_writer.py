"""The event writer outlives outages, stores what is left when it stops, and gives freed places away."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from dynagent.core.runs import RunLost, RunStatus
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_writer import UNKNOWN_TRIES, EventWriter
from tests.infrastructure.postgres.rows import add_execution, add_worker, claimed, status_of
from tests.infrastructure.postgres.runs.test_trace_log import House, house, seqs, start, write

__all__ = ["house"]


class Flaky:
    """A pool that is away for the first few borrowings."""

    def __init__(self, pool: Any, failures: int, error: Exception | None = None) -> None:
        self._pool = pool
        self.failures = failures
        self._error = error or ConnectionRefusedError("away")

    def acquire(self) -> Any:
        if self.failures:
            self.failures -= 1
            raise self._error
        return self._pool.acquire()

    async def fetch(self, *query: Any) -> Any:
        return await self._pool.fetch(*query)


class Forgetful:
    """A pool whose first borrowed connection dies after its statements were committed: the answer is lost."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.lost = 0

    async def fetch(self, *query: Any) -> Any:
        return await self._pool.fetch(*query)

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Any]:
        async with self._pool.acquire() as connection:
            yield connection
        if not self.lost:
            self.lost += 1
            raise ConnectionResetError("the answer is lost")


async def test_a_batch_whose_answer_was_lost_is_stored_once(house: House) -> None:
    claim = await claimed(house.database)
    pool = Forgetful(house.database.pool)
    writer = EventWriter(pool, house.hub.publish)  # pyright: ignore[reportArgumentType]
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1)
    writer.start()
    await write(log.open(claim), 3)
    assert pool.lost == 1
    assert seqs(await log.read(claim.run.id, 0, 100)) == [1, 2, 3, 4, 5]
    assert await status_of(house.database, claim.run.id) is RunStatus.COMPLETED
    await writer.stop()


async def test_an_outage_delays_events_and_loses_none(house: House) -> None:
    claim = await claimed(house.database)
    writer = EventWriter(Flaky(house.database.pool, 3), house.hub.publish)  # pyright: ignore[reportArgumentType]
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1)
    writer.start()
    await write(log.open(claim), 3)
    assert seqs(await log.read(claim.run.id, 0, 100)) == [1, 2, 3, 4, 5]
    assert await status_of(house.database, claim.run.id) is RunStatus.COMPLETED
    await writer.stop()


async def test_stopping_stores_what_is_left(house: House) -> None:
    claim = await claimed(house.database)
    writer = EventWriter(house.database.pool, house.hub.publish)
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=10, heartbeat_s=1)
    writer.start()
    recorder = log.open(claim)
    for number in range(50):
        recorder.record(start(number))
    await writer.stop()
    assert len(await log.read(claim.run.id, 0, 100)) == 51
    await writer.stop()


async def test_a_finished_execution_makes_room_for_its_users_next_most_urgent_first(house: House) -> None:
    user = new_id()
    dispatch = PostgresDispatch(house.database.pool, user_cap=1)
    worker = await add_worker(house.database)
    running = await add_execution(house.database, user_id=user)
    claim = await dispatch.claim(running, worker)
    assert claim is not None
    await add_execution(house.database, user_id=user)
    urgent = await add_execution(house.database, user_id=user, priority=9)
    await add_execution(house.database)
    freed: list[tuple[str, str]] = []
    writer = EventWriter(
        house.database.pool, house.hub.publish, user_cap=1, on_freed=lambda id, lane: freed.append((id, lane))
    )
    writer.start()
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1)
    await write(log.open(claim), 1)
    assert freed == [(urgent, "interactive")]
    await writer.stop()


@pytest.mark.parametrize("error", [asyncpg.InternalClientError("got result for unknown protocol state"), OSError()])
async def test_a_connection_that_breaks_between_two_steps_of_its_client_is_an_outage(
    house: House, error: Exception
) -> None:
    claim = await claimed(house.database)
    writer = EventWriter(Flaky(house.database.pool, 2, error), house.hub.publish)  # pyright: ignore[reportArgumentType]
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1)
    writer.start()
    await write(log.open(claim), 3)
    assert await status_of(house.database, claim.run.id) is RunStatus.COMPLETED
    await writer.stop()


async def test_what_nobody_foresaw_ends_the_runs_it_meets_and_not_the_writer(house: House) -> None:
    unlucky, lucky = await claimed(house.database), await claimed(house.database)
    pool: Any = Flaky(house.database.pool, UNKNOWN_TRIES + 1, RuntimeError("a defect"))
    writer = EventWriter(pool, house.hub.publish)
    log = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1)
    writer.start()
    with pytest.raises(RuntimeError, match="a defect"):
        await write(log.open(unlucky), 1)
    await write(log.open(lucky), 1)
    assert await status_of(house.database, lucky.run.id) is RunStatus.COMPLETED
    await writer.stop()


async def test_an_end_waits_for_whoever_changes_the_row_and_loses_nothing(house: House) -> None:
    """Lock and end are one statement: it must see what a transaction that it waited for has committed."""
    cancelled, taken = await claimed(house.database), await claimed(house.database)
    async with house.database.pool.acquire() as other:
        async with other.transaction():
            await other.execute("UPDATE runs SET cancel_requested = true WHERE id = $1", cancelled.run.id)
            await other.execute("UPDATE runs SET attempt = attempt + 1 WHERE id = $1", taken.run.id)
            ends = [asyncio.create_task(write(house.log.open(claim), 2)) for claim in (cancelled, taken)]
            while not await waits_for_a_lock(house, other):
                assert not any(end.done() for end in ends)
        await ends[0]
        with pytest.raises(RunLost):
            await ends[1]
    row = await house.database.pool.fetchrow(
        "SELECT status, cancel_requested FROM runs WHERE id = $1", cancelled.run.id
    )
    assert row is not None
    assert (row["status"], row["cancel_requested"]) == ("completed", True)
    assert seqs(await house.log.read(cancelled.run.id, 0, 100)) == [1, 2, 3, 4]
    assert await status_of(house.database, taken.run.id) is RunStatus.RUNNING
    assert seqs(await house.log.read(taken.run.id, 0, 100)) == [1], "what a lost attempt says is not stored"


async def waits_for_a_lock(house: House, holder: Any) -> bool:
    """Whether somebody waits for what this connection has locked."""
    return await house.database.pool.fetchval(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))",
        holder.get_server_pid(),
    )
