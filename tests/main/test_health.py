"""`/health` says whether the schema is this program's, while it runs."""

import asyncpg
import pytest

from dynagent.infrastructure.observability.health import Condition
from dynagent.infrastructure.observability.parts import judged_schema
from dynagent.infrastructure.postgres import migrations
from tests.main.people import People


@pytest.mark.parametrize(
    ("found", "condition", "word"),
    [
        (migrations.head(), Condition.OK, "at"),
        ("0001_initial", Condition.FAIL, "newer"),
        (None, Condition.WARN, "older"),
    ],
)
def test_another_schema_is_judged(found: str | None, condition: Condition, word: str) -> None:
    finding = judged_schema(found)
    assert finding.condition is condition and word in finding.detail


async def test_a_schema_that_changes_under_a_running_server_is_seen(people: People, fresh_database_url: str) -> None:
    assert (await people.health())["schema"]["status"] == "ok"
    connection = await asyncpg.connect(fresh_database_url)
    try:
        before = await connection.fetchval("SELECT version FROM schema_version WHERE version <> $1", migrations.head())
        await connection.execute("UPDATE schema_version SET version = $1 WHERE is_current", before)
        assert (await people.health())["schema"]["status"] == "warn"
        await connection.execute("UPDATE schema_version SET version = '9999_later' WHERE is_current")
        assert (await people.health())["schema"]["status"] == "fail"
    finally:
        await connection.close()
