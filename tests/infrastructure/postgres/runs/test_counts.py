"""How many runs everybody has started is known without reading them, whatever comes and goes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from dynagent.core.executions import ExecutionFilter
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.conditions import KINDS, LISTED
from dynagent.infrastructure.postgres.runs.counts import count_settled, length_of
from tests.conftest import ScopeFor

ANN, BOB = (f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2))
FILL = """
INSERT INTO runs (id, user_id, kind, subject_id, subject_version, subject_name, input, lane, status, usage, created_at,
  parent_run_id, root_run_id)
SELECT (lpad(to_hex((extract(epoch FROM now() - $2::interval) * 1000)::bigint + n), 12, '0') || '70008' ||
    lpad(to_hex(n), 15, '0'))::uuid, $1::uuid, $4, $1::uuid, 1, 'A', '{"query": "q"}', 'interactive', 'completed', '{}',
  now(), NULL, NULL
FROM generate_series(1, $3::int) n
"""


@pytest_asyncio.fixture
async def filled(database: Database) -> AsyncIterator[Database]:
    """A database with runs of an hour ago and of now, counted once."""
    await database.pool.execute("TRUNCATE runs CASCADE")
    await _add(database, ANN, hours=1, count=30)
    await _add(database, BOB, hours=2, count=3)
    await _count(database)
    await _add(database, ANN, hours=0, count=5)
    yield database


async def _add(database: Database, user: str, *, hours: int, count: int, kind: str = "agent") -> None:
    await database.pool.execute(FILL, user, timedelta(hours=hours), count, kind)


async def _count(database: Database) -> None:
    async with database.pool.acquire() as connection:
        await count_settled(connection)


async def _lengths(scope_for: ScopeFor, *kinds: str) -> list[int | None]:
    async with scope_for(ANN) as scope:
        return [
            await length_of(scope.session, user, LISTED[kind], KINDS[kind])  # pyright: ignore[reportArgumentType]
            for user in (ANN, BOB)
            for kind in kinds or ("agent",)
        ]


async def test_the_newest_are_counted_as_asked(filled: Database, scope_for: ScopeFor) -> None:
    assert await _lengths(scope_for) == [35, 3]


async def test_counting_again_counts_only_what_is_new(filled: Database, scope_for: ScopeFor) -> None:
    await _count(filled)
    assert await _lengths(scope_for) == [35, 3]


async def test_kinds_are_counted_apart_and_together(filled: Database, scope_for: ScopeFor) -> None:
    await _add(filled, ANN, hours=0, count=2, kind="workflow")
    assert await _lengths(scope_for, "agent", "workflow", "all") == [35, None, 37, 3, None, 3]


async def test_what_is_removed_is_taken_off(filled: Database, scope_for: ScopeFor) -> None:
    async with scope_for(ANN) as scope:
        page = await scope.executions.find(ExecutionFilter(), PageRequest())
        for item in (page.items[0], page.items[-1]):
            assert await scope.executions.delete(item.id)
        await scope.uow.commit()
    assert await _lengths(scope_for) == [33, 3]


async def test_what_came_late_is_counted_the_next_day(filled: Database, scope_for: ScopeFor) -> None:
    await filled.pool.execute("DELETE FROM runs WHERE user_id = $1", BOB)
    await _add(filled, BOB, hours=3, count=4)
    await _count(filled)
    assert await _lengths(scope_for) == [35, 0]
    await filled.pool.execute("UPDATE list_counts SET created_at = created_at - interval '25 hours'")
    await _count(filled)
    assert await _lengths(scope_for) == [35, 4]


async def test_nothing_is_known_before_the_first_count(database: Database, scope_for: ScopeFor) -> None:
    await database.pool.execute("TRUNCATE runs CASCADE")
    await _add(database, ANN, hours=1, count=2)
    assert await _lengths(scope_for) == [None, None]


async def test_emptied_tables_have_no_counts(filled: Database) -> None:
    await filled.pool.execute("TRUNCATE runs CASCADE")
    assert await filled.pool.fetchval("SELECT count(*) FROM list_counts") == 0
