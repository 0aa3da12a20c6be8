"""Leases expire by the database's clock, their executions return; the living are left alone."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import time_machine

from dynagent.core.runs import RunStatus
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.clock import StoreClock
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.notices import Channel, PostgresNotices
from dynagent.infrastructure.postgres.runs import leases as module
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases, process_identity
from tests.infrastructure.postgres.rows import add_execution, add_worker, status_of
from tests.shows import shows


async def expire(database: Database, worker: str) -> None:
    await database.pool.execute("UPDATE workers SET lease_until = now() - interval '1 s' WHERE id = $1", worker)


async def test_a_beat_renews_and_a_expired_worker_is_told(database: Database) -> None:
    leases = PostgresLeases(database.pool)
    worker = await add_worker(database)
    await expire(database, worker)
    assert await leases.beat(worker) == "late"
    assert await leases.beat(worker) == "renewed"
    assert await database.pool.fetchval("SELECT lease_until > now() FROM workers WHERE id = $1", worker)
    await database.pool.execute("UPDATE workers SET dead = true WHERE id = $1", worker)
    assert await leases.beat(worker) == "expired"
    assert await leases.beat(new_id()) == "expired"


async def test_expiring_returns_the_executions_and_counts_a_crash(database: Database) -> None:
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=1)
    dead, alive = await add_worker(database), await add_worker(database)
    user = new_id()
    lost, kept = await add_execution(database, user_id=user), await add_execution(database)
    await dispatch.claim(lost, dead)
    await dispatch.claim(kept, alive)
    await expire(database, dead)
    assert await leases.expire(alive) == 1
    assert await leases.expire(alive) == 0
    assert await status_of(database, lost) is RunStatus.PENDING
    assert await status_of(database, kept) is RunStatus.RUNNING
    claim = await dispatch.claim(lost, alive)
    assert claim is not None, "the slot of the user came back with it"
    assert (claim.run.attempt, claim.run.crashes) == (2, 1)


async def test_nobody_expires_himself(database: Database) -> None:
    worker = await add_worker(database)
    await expire(database, worker)
    await PostgresLeases(database.pool).expire(worker)
    assert await PostgresLeases(database.pool).beat(worker) == "late"


async def test_who_is_late_himself_expires_nobody(database: Database) -> None:
    """A machine that was paused as a whole: all its workers are past their leases, and all of them are alive."""
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=10)
    first, second = await add_worker(database), await add_worker(database)
    id = await add_execution(database)
    await dispatch.claim(id, second)
    for worker in (first, second):
        await expire(database, worker)
    assert await leases.expire(first) == 0
    assert await leases.beat(first) == "late"
    assert await leases.beat(second) == "late"
    assert await leases.expire(first) == 0
    assert await status_of(database, id) is RunStatus.RUNNING


async def test_a_second_crash_leads_to_quarantine(database: Database) -> None:
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=10)
    id = await add_execution(database, crashes=1)
    dead, alive = await add_worker(database), await add_worker(database)
    await dispatch.claim(id, dead)
    await expire(database, dead)
    await leases.expire(alive)
    assert [due.lane for due in await leases.due(1000) if due.execution_id == id] == ["quarantine"]


async def test_who_retires_returns_what_it_holds_without_a_crash(database: Database) -> None:
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=10)
    id = await add_execution(database)
    worker = await add_worker(database)
    await dispatch.claim(id, worker)
    await leases.retire(worker)
    assert await status_of(database, id) is RunStatus.PENDING
    assert await database.pool.fetchval("SELECT crashes FROM runs WHERE id = $1", id) == 0
    assert await leases.beat(worker) == "expired"


@shows("ExecutionBody.priority")
async def test_due_is_what_nobody_was_notified_for_lately_most_urgent_first(database: Database) -> None:
    await database.pool.execute("DELETE FROM runs")
    leases = PostgresLeases(database.pool, notify_every_s=60)
    await add_execution(database)
    old = "UPDATE runs SET created_at = now() - interval '2 minutes' WHERE id = $1"
    normal, urgent = await add_execution(database), await add_execution(database, priority=5)
    later = await add_execution(database)
    for id in (normal, urgent, later):
        await database.pool.execute(old, id)
    await database.pool.execute("UPDATE runs SET not_before = now() + interval '1 h' WHERE id = $1", later)
    assert {due.execution_id for due in await leases.due(10)} == {normal, urgent}
    assert await leases.due(10) == [], "they count as notified of now"
    assert await leases.due(10, eager=True) == [], "whoever was notified of them a moment ago begins first"
    await database.pool.execute("UPDATE runs SET notified_at = now() - interval '5 s' WHERE id = $1", normal)
    assert await leases.due(10) == []
    assert {due.execution_id for due in await leases.due(10, eager=True)} >= {normal}


async def test_a_worker_of_this_machine_whose_process_is_gone_is_expired_at_once(database: Database) -> None:
    dispatch = PostgresDispatch(database.pool, user_cap=10)
    id = await add_execution(database)
    gone, elsewhere = await add_worker(database), await add_worker(database)
    await database.pool.execute("""UPDATE workers SET info = info || '{"process": "1/1"}' WHERE id = $1""", gone)
    await database.pool.execute(
        """UPDATE workers SET info = '{"host": "another", "process": "1/1"}' WHERE id = $1""", elsewhere
    )
    await dispatch.claim(id, gone)
    await add_worker(database)
    assert await status_of(database, id) is RunStatus.PENDING
    assert await PostgresLeases(database.pool).beat(gone) == "expired"
    assert await PostgresLeases(database.pool).beat(elsewhere) == "renewed"


def test_a_process_is_known_by_its_start() -> None:
    own = process_identity(os.getpid())
    assert own is not None
    assert own.startswith(f"{os.getpid()}/")
    assert module._is_running(own)
    assert not module._is_running(f"{os.getpid()}/1")
    assert process_identity(2**22 + 1) is None
    assert module._is_running(None), "without /proc nothing is known: the lease decides"


async def test_what_stands_under_a_name_is_compared_with_what_runs(database: Database) -> None:
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=10)
    worker = await add_worker(database)
    runs, stray = await add_execution(database), await add_execution(database)
    for id in (runs, stray):
        assert await dispatch.claim(id, worker)
    assert await leases.held(worker, [runs, stray]) == []
    await database.pool.execute("UPDATE runs SET cancel_requested = true WHERE id = $1", runs)
    held = {item.execution_id: item.cancel_requested for item in await leases.held(worker, [runs])}
    assert held == {runs: True, stray: False}
    assert await leases.give_up(worker, [stray]) == 1
    assert await leases.give_up(worker, [stray]) == 0
    assert await status_of(database, stray) is RunStatus.PENDING
    assert await status_of(database, runs) is RunStatus.RUNNING


async def test_users_take_turns_and_get_no_more_notifications_than_places(database: Database) -> None:
    first, second = new_id(), new_id()
    many = [await add_execution(database, user_id=first) for _ in range(5)]
    few = [await add_execution(database, user_id=second) for _ in range(2)]
    await database.pool.execute("UPDATE runs SET notified_at = '-infinity' WHERE status = 'pending'")
    due = await PostgresLeases(database.pool, user_cap=3).due(1000)
    ids = {item.execution_id for item in due}
    assert ids >= {*many[:3], *few}
    assert not ids & set(many[3:])


async def test_turns_count_what_runs_and_no_user_overtakes_another_by_priority(database: Database) -> None:
    await database.pool.execute("DELETE FROM runs")
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=10)
    greedy, modest, worker = new_id(), new_id(), await add_worker(database)
    for _ in range(2):
        assert await dispatch.claim(await add_execution(database, user_id=greedy), worker)
    many = [await add_execution(database, user_id=greedy, priority=100) for _ in range(3)]
    plain, urgent = (
        await add_execution(database, user_id=modest),
        await add_execution(database, user_id=modest, priority=1),
    )
    ended = await add_execution(database, user_id=modest)
    await database.pool.execute("UPDATE runs SET status = 'cancelled' WHERE id = $1", ended)
    expected = [urgent, plain, *many]
    assert await leases.in_turn([*many, ended, plain, urgent]) == expected
    await database.pool.execute("UPDATE runs SET notified_at = '-infinity' WHERE status = 'pending'")
    assert [item.execution_id for item in await leases.due(10)] == expected


async def test_what_stands_under_nobodys_name_returns(database: Database) -> None:
    """A claim that was on its way when its worker was expired; a row whose worker a backup does not know."""
    leases, dispatch = PostgresLeases(database.pool), PostgresDispatch(database.pool, user_cap=1)
    expired, gone, alive = [await add_worker(database) for _ in range(3)]
    user = new_id()
    late, unknown = await add_execution(database, user_id=user), await add_execution(database)
    kept = await add_execution(database)
    for id, worker in ((late, expired), (unknown, gone), (kept, alive)):
        assert await dispatch.claim(id, worker)
    await database.pool.execute("UPDATE workers SET dead = true WHERE id = $1", expired)
    await database.pool.execute("DELETE FROM workers WHERE id = $1", gone)
    assert await leases.expire(alive) == 2
    assert await leases.expire(alive) == 0
    assert await status_of(database, kept) is RunStatus.RUNNING
    claim = await dispatch.claim(late, alive)
    assert claim is not None, "the user's place came back too"
    assert claim.run.crashes == 1


async def test_the_clock_goes_by_the_databases_whatever_this_machine_believes(database: Database) -> None:
    # The id is made before: ids never go back, and later tests would get those of days to come.
    leases, worker = PostgresLeases(database.pool), new_id()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3), tick=True):
        await leases.register(worker)
        told = leases.clock()
        assert abs(told - await database.pool.fetchval("SELECT clock_timestamp()")) < timedelta(hours=1)
        leases.clock.set(told - timedelta(days=9), asked_at=0)
        assert await leases.beat(worker)
        assert abs(leases.clock() - told) < timedelta(hours=1)


async def test_a_newcomer_is_known_at_once_by_those_who_are_there(database: Database) -> None:
    """Whom a process does not know of, it tells nothing: news of traces and of changed agents would come too late."""
    await database.pool.execute("UPDATE workers SET dead = true")
    early, late = PostgresLeases(database.pool), PostgresLeases(database.pool)
    notices = PostgresNotices(database.pool, database.listen)
    notices.listen(Channel.HERE, early.hear_of)
    await notices.start()
    await early.register(new_id())
    assert early.peers == 0
    await late.register(new_id())
    assert late.peers == 1
    async with asyncio.timeout(10):
        while early.peers == 0:
            await asyncio.sleep(0.01)
    assert early.peers == 1
    await notices.stop()


def test_a_clock_that_was_told_nothing_is_this_machines() -> None:
    assert abs(StoreClock()() - datetime.now(UTC)) < timedelta(hours=1)
