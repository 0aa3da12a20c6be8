"""The schema walks up and down, is what the code says, and knows its version."""

import asyncio
import os
import re
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database, open_engine
from tests.conftest import connected_to

REVISIONS = [
    step.revision for step in reversed(list(ScriptDirectory(str(migrations.scripts())).walk_revisions("base", "head")))
]


async def test_every_revision_walks_up_down_and_up_again(empty_database_url: str) -> None:
    before: str | None = None
    for revision in REVISIONS:
        await migrations.upgrade(empty_database_url, revision)
        await migrations.downgrade(empty_database_url, "-1")
        assert await migrations.current(empty_database_url) == before
        await migrations.upgrade(empty_database_url, revision)
        assert await migrations.current(empty_database_url) == revision
        before = revision
    await migrations.downgrade(empty_database_url, "base")
    assert await _tables(empty_database_url) == {"alembic_version"}


async def test_metadata_and_migrated_database_are_the_same(database_url: str) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True, "include_object": migrations.is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), migrations.all_tables()))

    engine = open_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_two_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": empty_database_url}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    started = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(2)]
    assert [await process.wait() for process in started] == [0, 0]
    database = connected_to(empty_database_url)
    await database.connect()
    rows = await database.pool.fetch("SELECT version, is_current FROM schema_version ORDER BY id")
    await database.close()
    assert [row["version"] for row in rows] == REVISIONS
    assert [row["version"] for row in rows if row["is_current"]] == [migrations.head()]


async def test_code_refuses_a_database_at_another_version(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    await migrations.check_schema(database.pool)
    await migrations.downgrade(fresh_database_url, REVISIONS[3])
    with pytest.raises(migrations.SchemaMismatch, match=f"at version {REVISIONS[3]}.*db upgrade"):
        await migrations.check_schema(database.pool)
    await migrations.downgrade(fresh_database_url, "base")
    with pytest.raises(migrations.SchemaMismatch, match="at version none"):
        await migrations.check_schema(database.pool)
    await database.close()


async def test_a_database_of_a_newer_release_is_left_alone(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    await database.pool.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    with pytest.raises(migrations.SchemaMismatch, match=r"9999_from_the_future.*newer release"):
        await migrations.upgrade(fresh_database_url)
    await database.close()


async def test_the_saver_finds_its_tables_ready(fresh_database_url: str) -> None:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    async with AsyncPostgresSaver.from_conn_string(fresh_database_url) as saver:
        await saver.setup()
        assert await saver.aget_tuple({"configurable": {"thread_id": "t"}}) is None


async def test_ids_of_this_month_have_a_partition_of_their_own(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    place = await database.pool.fetchval(
        "INSERT INTO run_events VALUES (uuidv7(), 1, 0, 'connection', now(), '{}') RETURNING tableoid::regclass::text"
    )
    assert place == await database.pool.fetchval("SELECT to_char(now(), '\"run_events_\"YYYY_MM')")
    assert await database.pool.fetchval("SELECT dyn_make_event_partitions(3)") == 1
    assert await database.pool.fetchval("SELECT dyn_make_event_partitions(3)") == 0
    await database.close()


async def _tables(url: str) -> set[str]:
    engine = open_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    await engine.dispose()
    return set(names)


async def test_a_process_of_its_own_brings_the_schema_up(empty_database_url: str) -> None:
    await migrations.upgrade_apart(empty_database_url)

    assert await migrations.current(empty_database_url) == migrations.head()


async def test_what_kept_that_process_from_it_is_told() -> None:
    with pytest.raises(migrations.SchemaMismatch, match=r"could not be brought to \d{4}_\w+: the database is away"):
        await migrations.upgrade_apart("postgresql://nobody@127.0.0.1:1/nothing")


def test_the_head_is_the_one_that_alembic_finds() -> None:
    assert migrations.head() == ScriptDirectory(str(migrations.scripts())).get_current_head()


async def test_an_older_program_finds_agents_without_output_schemas(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    await migrations.downgrade(fresh_database_url, "0044_runs")
    await database.pool.execute(
        "INSERT INTO agents (id, user_id, slug, name, kind, status, visibility, version, configuration, created_at, "
        "updated_at) SELECT uuidv7(), uuidv7(), 's', 'A', 'configured', 'active', 'private', 1, "
        """'{"name": "A", "output_schema": null}', now(), now()"""
    )
    await migrations.downgrade(fresh_database_url, "0037_custom_tools_disabled_by")
    assert await database.pool.fetchval("SELECT configuration::text FROM agents") == '{"name": "A"}'
    await database.close()


async def test_tables_are_renamed_with_what_is_in_them_and_back(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    await migrations.downgrade(fresh_database_url, "0042_schedules_last_problem")
    names = await _names(database)
    await database.pool.execute(OF_THE_OLD_NAMES)
    for _ in range(2):
        await migrations.upgrade(fresh_database_url, "0043_the_fields_words")
        assert await database.pool.fetchval("SELECT scopes FROM access_keys") == ["agents:read", "metrics:read"]
        joined = "SELECT m.name FROM language_models m JOIN provider_keys k ON k.id = m.key_id"
        assert await database.pool.fetchval(joined) == "mine"
        said = "SELECT c.title FROM executions e JOIN chats c USING (user_id, chat_id) WHERE e.notified_at IS NOT NULL"
        assert await database.pool.fetchval(said) == "Tea"
        old = [name for name in await _names(database) if RENAMED.search(name)]
        assert old == []

        await migrations.downgrade(fresh_database_url, "0042_schedules_last_problem")
        assert await database.pool.fetchval("SELECT scopes FROM personal_api_keys") == ["agents:read", "figures:read"]
        assert await _names(database) == names
    await database.close()


RENAMED = re.compile(r"(^|_)(api_keys|llm_models|conversation_id|rung_at)(_|$)")
OF_THE_OLD_NAMES = """
WITH owner AS (SELECT id FROM users LIMIT 1), personal AS (
  INSERT INTO personal_api_keys (id, user_id, name, hint, key_hash, scopes, created_at)
  SELECT uuidv7(), id, 'prometheus', 'h', 'k', '{agents:read,figures:read}', now() FROM owner
), key AS (
  INSERT INTO api_keys (id, user_id, provider, label, hint, key_encrypted, created_at)
  SELECT uuidv7(), id, 'openai', 'l', 'h', 'sealed', now() FROM owner RETURNING id, user_id
), model AS (
  INSERT INTO llm_models (id, user_id, name, provider, model_identifier, key_id, version, created_at, updated_at)
  SELECT uuidv7(), user_id, 'mine', 'openai', 'm', id, 1, now(), now() FROM key
), chat AS (
  INSERT INTO chats (user_id, conversation_id, title) SELECT id, 'tea', 'Tea' FROM owner
)
INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, context, conversation_id, lane, status,
  rung_at, usage, created_at)
SELECT uuidv7(), id, uuidv7(), 1, 'A', 'q', '{}', 'tea', 'batch', 'completed', now(), '{}', now() FROM owner
"""


async def _names(database: Database) -> list[str]:
    """Return the names of all tables, columns, indexes and constraints."""
    rows = await database.pool.fetch(
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace UNION ALL "
        "SELECT attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        "WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 AND relkind IN ('r', 'p') UNION ALL "
        "SELECT conname::text FROM pg_constraint WHERE connamespace = current_schema()::regnamespace ORDER BY 1"
    )
    return [row["name"] for row in rows]


async def test_executions_become_runs_and_back_without_loss(empty_database_url: str) -> None:
    await migrations.upgrade(empty_database_url, "0043_the_fields_words")
    database = connected_to(empty_database_url)
    await database.connect()
    await database.pool.execute(
        "INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, model, context, lane, "
        "status, usage, created_at, output_schema) VALUES (uuidv7(), uuidv7(), uuidv7(), 3, 'A', 'q?', 'm', "
        "'{\"a\": 1}', 'batch', 'completed', '{}', now(), '{\"b\":1,\"a\":2}')"
    )
    await database.pool.execute("INSERT INTO execution_events SELECT id, 1, 0, 'x', now(), '{}' FROM executions")
    before = dict((await database.pool.fetch("SELECT * FROM executions"))[0])
    await migrations.upgrade(empty_database_url, "0044_runs")
    run = (await database.pool.fetch("SELECT kind, query, subject_version, input::text AS input FROM runs"))[0]
    assert (run["kind"], run["query"], run["subject_version"]) == ("agent", "q?", 3)
    assert '{"b":1,"a":2}' in run["input"]
    assert await database.pool.fetchval("SELECT count(*) FROM run_events") == 1
    await migrations.downgrade(empty_database_url, "-1")
    assert dict((await database.pool.fetch("SELECT * FROM executions"))[0]) == before
    await database.close()


async def test_agents_remember_after_the_flag_counts_as_they_did_before(fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    await migrations.downgrade(fresh_database_url, "0051_agent_context")
    await database.pool.execute(
        "INSERT INTO agents (id, user_id, slug, name, kind, status, visibility, version, configuration, created_at, "
        "updated_at) SELECT uuidv7(), uuidv7(), said, 'A', 'configured', 'active', 'private', 1, "
        "jsonb_build_object('name', 'A', 'memory_flag', said = 'yes'), now(), now() "
        "FROM unnest('{yes,no}'::text[]) said"
    )
    await migrations.upgrade(fresh_database_url)
    flags = await database.pool.fetch("SELECT configuration -> 'memory_flag' AS flag FROM agents")
    await database.close()
    assert [row["flag"] for row in flags] == ["true", "true"]
