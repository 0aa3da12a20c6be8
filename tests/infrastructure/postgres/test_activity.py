"""The database says how busy it is: connections, what runs long, who waits for whom."""

import asyncio

from dynagent.infrastructure.postgres.activity import Activity, read_activity
from dynagent.infrastructure.postgres.database import Database
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution


def activity(**changes: float) -> Activity:
    fields: dict[str, float] = {
        "connections": 3, "max_connections": 100, "longest_statement_s": 0.1, "longest_idle_s": 0.1,
        "waiting_for_locks": 0, "deadlocks": 0, "cached": 0.99,
    }  # fmt: skip
    return Activity(**(fields | changes))  # type: ignore[arg-type]


def test_what_somebody_should_look_at() -> None:
    assert activity().trouble() is None
    assert activity(connections=80).trouble() == "80 of 100 connections are in use"
    assert activity(longest_statement_s=31).trouble() == "a statement has been running for 31 s"
    assert "open and idle for 40 s" in (activity(longest_idle_s=40).trouble() or "")


async def test_a_statement_that_runs_and_one_that_waits_are_seen(database: Database) -> None:
    id = await add_execution(database)
    before = await read_activity(database.pool)
    assert before.connections >= 0
    assert before.max_connections >= 100
    other = connected_to(database.dsn)
    await other.connect()
    async with database.pool.acquire() as holder, holder.transaction():
        await holder.execute("UPDATE runs SET result = 'x' WHERE id = $1", id)
        waits = asyncio.create_task(other.pool.execute("UPDATE runs SET result = 'y' WHERE id = $1", id))
        async with asyncio.timeout(10):
            while (seen := await read_activity(database.pool)).waiting_for_locks == 0:
                await asyncio.sleep(0.01)
        assert seen.longest_statement_s > 0
        assert seen.longest_idle_s > 0, "the one that holds the lock does nothing meanwhile"
        assert seen.connections > before.connections
    await waits
    await other.close()


async def test_connections_of_this_process_by_pool_and_state(database: Database) -> None:
    idle = database.connections()
    assert (idle["direct", "used"], idle["sessions", "used"]) == (0, 0)
    assert (idle["direct", "most"], idle["sessions", "most"]) == (5, 5)
    async with database.pool.acquire(), database.sessions() as session:
        await session.connection()
        used = database.connections()
        assert (used["direct", "used"], used["sessions", "used"]) == (1, 1)
    assert database.connections()["sessions", "idle"] >= 1
    assert connected_to(database.dsn).connections() == {}
