"""Retention: old and ended goes, live and young stays; months are dropped whole and made ahead."""

import asyncio
import gzip
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dynagent.core.executions import Execution
from dynagent.core.runs import RunStatus
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.prune import (
    Housekeeping,
    RetentionSettings,
    table_sizes,
    tidy,
    what_tidy_would_remove,
)
from dynagent.infrastructure.postgres.runs.archive import archive
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.retention import Pruned, make_months_ahead, prune, what_would_go
from dynagent.main.engine import NOUNS
from dynagent.main.noun import retention_of
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import add_execution, add_worker

PARTITION = """
DO $$ BEGIN EXECUTE format(
  'CREATE TABLE run_events_old PARTITION OF run_events FOR VALUES FROM (%L) TO (%L)',
  dyn_uuid_floor('2020-01-01Z'), dyn_uuid_floor('2020-02-01Z')); END $$
"""


def an_execution(created: datetime, status: RunStatus = RunStatus.COMPLETED) -> Execution:
    id = uuid.UUID(int=int(created.timestamp() * 1000) << 80 | uuid.UUID(new_id()).int & (1 << 80) - 1)
    execution = Execution.start(
        id=str(id),
        user_id=new_id(),
        agent_id=new_id(),
        agent_version=1,
        agent_name="Ada",
        query="?",
        timeout_s=1,
        now=created,
    )
    return execution.model_copy(update={"status": status})


async def store(scope_for: ScopeFor, database: Database, *executions: Execution) -> None:
    for execution in executions:
        async with scope_for(execution.user_id) as scope:
            await scope.executions.create(execution)
            await scope.uow.commit()
        await database.pool.execute(
            "INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) VALUES ($1, 'c', '{}')", execution.id
        )


async def test_what_goes_is_archived_whole_before(database: Database, scope_for: ScopeFor, tmp_path: Path) -> None:
    old, young = an_execution(datetime(2020, 1, 5, tzinfo=UTC)), an_execution(datetime.now(UTC))
    await store(scope_for, database, old, young)
    file = tmp_path / "old.ndjson.gz"
    count = await archive(database.pool, timedelta(days=30), file)
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    found = {line["run"]["id"]: line["events"] for line in lines}
    assert (len(found), young.id in found) == (count, False)
    assert [event["type"] for event in found[old.id]] == ["connection"]
    with pytest.raises(FileExistsError):
        await archive(database.pool, timedelta(days=30), file)


async def left(database: Database, table: str, column: str) -> set[str]:
    return {row["id"] for row in await database.pool.fetch(f"SELECT {column}::text AS id FROM {table}")}


async def test_old_and_ended_goes_and_all_else_stays(scope_for: ScopeFor, database: Database) -> None:
    now = datetime.now(UTC)
    old = [an_execution(now - timedelta(days=days)) for days in (400, 401, 402)]
    live = an_execution(now - timedelta(days=400), RunStatus.WAITING)
    young = an_execution(now - timedelta(days=5))
    await store(scope_for, database, *old, live, young)
    assert await what_would_go(database.pool, timedelta(days=300)) == Pruned((), 3, 3, 3)
    assert len(await left(database, "runs", "id")) == 5, "asking removes nothing"
    assert await prune(database.pool, timedelta(days=300), batch=2) == Pruned((), 3, 3, 3)
    stays = {live.id, young.id}
    assert await left(database, "runs", "id") == stays
    assert await left(database, "run_events", "execution_id") == stays
    assert await left(database, "checkpoints", "thread_id") == stays
    await database.pool.execute("TRUNCATE runs, run_events, checkpoints CASCADE")


async def test_a_month_without_anything_alive_is_dropped_whole(scope_for: ScopeFor, database: Database) -> None:
    await database.pool.execute(PARTITION)
    month = datetime(2020, 1, 15, tzinfo=UTC)
    live, over = an_execution(month, RunStatus.WAITING), an_execution(month)
    await store(scope_for, database, live, over)
    assert await prune(database.pool, timedelta(days=30)) == Pruned((), 1, 1, 1)
    await database.pool.execute("UPDATE runs SET status = 'completed' WHERE id = $1", live.id)
    assert await what_would_go(database.pool, timedelta(days=30)) == Pruned(("run_events_old",), 1, 0, 1)
    assert await prune(database.pool, timedelta(days=30)) == Pruned(("run_events_old",), 1, 0, 1)
    assert await left(database, "run_events", "execution_id") == set()
    assert (
        await database.pool.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'run_events'::regclass") == 4
    )


async def test_after_a_long_stop_the_months_are_there_before_the_first_event(database: Database) -> None:
    """Without its month an event would lie in the default partition, and that month could never be made."""
    dropped = await database.pool.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'run_events'::regclass "
        "AND inhrelid::regclass::text ~ '[0-9]$'"
    )
    for row in dropped:
        await database.pool.execute(f"DROP TABLE {row['name']}")
    assert await make_months_ahead(database.pool) == 3
    assert await make_months_ahead(database.pool) == 0


async def test_housekeeping_is_done_by_one_process_at_a_time(database: Database) -> None:
    await database.pool.execute(
        "INSERT INTO outbox VALUES ($1, 'x', '{}', now(), now() - interval '2 days'), ($2, 'y', '{}', now(), now())",
        new_id(),
        new_id(),
    )
    async with database.pool.acquire() as other:
        await other.fetchval("SELECT pg_advisory_lock(x'64796e617072756e'::bigint)")
        assert await Housekeeping(database.pool, RetentionSettings()).once() is None
        await other.fetchval("SELECT pg_advisory_unlock_all()")
    assert await Housekeeping(database.pool, RetentionSettings(retention_days=1)).once() == Pruned()
    assert await database.pool.fetchval("SELECT array_agg(name) FROM outbox") == ["y"]
    housekeeping = Housekeeping(database.pool, RetentionSettings())
    housekeeping.start()
    await housekeeping.stop()


async def test_sizes_add_partitions_up(database: Database) -> None:
    sizes = {size.name: size.bytes for size in await table_sizes(database.pool)}
    assert sizes["run_events"] > 0
    assert {"agents", "runs", "checkpoints"} <= sizes.keys()
    assert not any(name.startswith("run_events_") for name in sizes)


async def test_housekeeping_needs_one_connection(database_url: str) -> None:
    settings = {"database_url": database_url, "database_direct_pool_size": 1}
    database = Database(DatabaseSettings.model_validate(settings))
    await database.connect()
    async with asyncio.timeout(10):
        assert await Housekeeping(database.pool, RetentionSettings(retention_days=1)).once() == Pruned()
    await database.close()


async def test_what_waited_for_years_and_ended_today_stays(scope_for: ScopeFor, database: Database) -> None:
    now = datetime.now(UTC)
    late = an_execution(now - timedelta(days=800)).model_copy(update={"completed_at": now - timedelta(days=1)})
    await store(scope_for, database, late)
    assert await prune(database.pool, timedelta(days=300)) == Pruned()
    assert (await prune(database.pool, timedelta(hours=3))).executions == 1


async def test_places_that_nobody_holds_are_given_back(database: Database) -> None:
    lost, right = new_id(), new_id()
    dispatch = PostgresDispatch(database.pool, user_cap=5)
    worker = await add_worker(database)
    for user in (lost, lost, right):
        assert await dispatch.claim(await add_execution(database, user_id=user), worker)
    await database.pool.execute("DELETE FROM runs WHERE user_id = $1", lost)
    await tidy(database.pool, retention_of(NOUNS))
    rows = await database.pool.fetch(
        "SELECT user_id::text AS user, n FROM user_slots WHERE user_id = ANY($1)", [lost, right]
    )
    assert {row["user"]: row["n"] for row in rows} == {lost: 0, right: 1}


async def test_what_nouns_let_go_goes_after_its_time(database: Database) -> None:
    rules = retention_of(NOUNS)
    await tidy(database.pool, rules)
    for action, outcome, days in (
        ("session.refused", "refused", 91),
        ("session.refused", "refused", 89),
        ("tool.called", "done", 31),
        ("user.created", "done", 400),
    ):
        await database.pool.execute(
            "INSERT INTO audit_log (id, at, action, outcome) VALUES (dyn_uuid_floor($3), $3, $1, $2)",
            action,
            outcome,
            datetime.now(UTC) - timedelta(days=days),
        )
    assert (await what_tidy_would_remove(database.pool, rules))["audit_log"] == 2
    assert len(await left(database, "audit_log", "id")) == 4, "asking removes nothing"
    assert (await tidy(database.pool, rules))["audit_log"] == 2
    assert (await tidy(database.pool, rules))["audit_log"] == 0
    await database.pool.execute("TRUNCATE audit_log")
