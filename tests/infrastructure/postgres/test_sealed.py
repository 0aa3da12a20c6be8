"""Secrets of agents in PostgreSQL: encrypted by the migration, back again, and under a new key after a rotation."""

import json
from pathlib import Path
from typing import Any

import pytest

from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.sealed import seal_anew
from dynagent.infrastructure.security.keyring import KeyRing, SecretKeyMissing
from dynagent.infrastructure.security.secret_box import SecretBox
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution

BEFORE, AFTER = "0035_executions_answered_model", "0036_sealed_settings"
OLD, NEW = "o" * 40, "n" * 40
SETTINGS: dict[str, Any] = {"api_key": "k-4711", "login": {"password": "p-4711"}}
PLAIN: dict[str, Any] = {
    "name": "A",
    "tools_config": [{"name": "s", "type": "web_search", "config": SETTINGS}],
    "config_data": {"token": ["t-4711"], "note": "kept"},
}
QUIET: dict[str, Any] = {"name": "B", "tools_config": [], "config_data": {}}


async def store(database: Database, owner: str, configuration: dict[str, Any]) -> str:
    """Put an agent with two versions where an older program would have put it; return its id."""
    id, text = new_id(), json.dumps(configuration)
    known = "SELECT FROM information_schema.columns WHERE table_name = 'agents' AND column_name = 'visibility'"
    # The column went away with a later migration.
    column, value = (", visibility", ", 'private'") if await database.pool.fetchrow(known) is not None else ("", "")
    await database.pool.execute(
        f"INSERT INTO agents (id, user_id, slug, name, kind, status, version, configuration, created_at, updated_at"
        f"{column}) VALUES ($1, $2, $3, 'A', 'configured', 'active', 2, $4::text::jsonb, now(), now(){value})",
        id, owner, id, text,
    )  # fmt: skip
    for version in (1, 2):
        await database.pool.execute(
            "INSERT INTO agent_versions (agent_id, version, configuration, created_at, created_by) "
            "VALUES ($1, $2, $3::text::jsonb, now(), $4)",
            id, version, text, owner,
        )  # fmt: skip
    return id


async def stored(database: Database, id: str) -> list[dict[str, Any]]:
    """Return the configurations of an agent: its own and those of its versions."""
    rows = await database.pool.fetch(
        "SELECT configuration::text AS c FROM agents WHERE id = $1 UNION ALL "
        "SELECT configuration::text FROM agent_versions WHERE agent_id = $1",
        id,
    )
    return [json.loads(row["c"]) for row in rows]


def opened(configuration: dict[str, Any], key: str, owner: str) -> dict[str, Any]:
    """Return a configuration with its secrets in plain text, read with this key only."""
    box = SecretBox(KeyRing([key]))
    config = configuration["tools_config"][0]["config"]
    plain = {
        "api_key": json.loads(box.open(config["api_key"]["$sealed"], row=owner)),
        "login": {"password": json.loads(box.open(config["login"]["password"]["$sealed"], row=owner))},
    }
    tools = [configuration["tools_config"][0] | {"config": plain}]
    token = json.loads(box.open(configuration["config_data"]["token"]["$sealed"], row=owner))
    return configuration | {"tools_config": tools, "config_data": {"token": token, "note": "kept"}}


async def test_the_migration_encrypts_and_decrypts_what_is_there(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", OLD)
    await migrations.downgrade(fresh_database_url, BEFORE)
    database, owner = connected_to(fresh_database_url), new_id()
    await database.connect()
    secret, quiet = await store(database, owner, PLAIN), await store(database, owner, QUIET)

    await migrations.upgrade(fresh_database_url, AFTER)
    sealed = await stored(database, secret)
    assert len(sealed) == 3 and "4711" not in json.dumps(sealed)
    assert [opened(item, OLD, owner) for item in sealed] == [PLAIN] * 3
    assert await stored(database, quiet) == [QUIET] * 3

    await migrations.downgrade(fresh_database_url, BEFORE)
    assert await stored(database, secret) == [PLAIN] * 3
    await database.close()


async def test_without_secrets_the_migration_needs_no_key_and_with_them_it_says_so(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("AUTH_MODE", "required")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    await migrations.downgrade(fresh_database_url, BEFORE)
    database = connected_to(fresh_database_url)
    await database.connect()
    await store(database, new_id(), QUIET)
    await migrations.upgrade(fresh_database_url, AFTER)
    await migrations.downgrade(fresh_database_url, BEFORE)
    secret = await store(database, new_id(), PLAIN)

    with pytest.raises(SecretKeyMissing, match="set SECRET_KEY"):
        await migrations.upgrade(fresh_database_url, AFTER)

    assert await stored(database, secret) == [PLAIN] * 3
    assert await migrations.current(fresh_database_url) == BEFORE
    await database.close()


async def test_a_rotation_seals_agents_and_their_versions_anew(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", OLD)
    await migrations.downgrade(fresh_database_url, BEFORE)
    database, owner = connected_to(fresh_database_url), new_id()
    await database.connect()
    secret = await store(database, owner, PLAIN)
    await store(database, owner, QUIET)
    await migrations.upgrade(fresh_database_url)
    both = SecretBox(KeyRing([NEW, OLD]))

    assert await seal_anew(database, both) == (9, [secret])
    assert await seal_anew(database, both) == (0, [])

    assert [opened(item, NEW, owner) for item in await stored(database, secret)] == [PLAIN] * 3
    await database.close()


async def test_a_rotation_seals_contexts_of_runs_and_schedules_anew(database: Database) -> None:
    old, both, owner = SecretBox(KeyRing([OLD])), SecretBox(KeyRing([NEW, OLD])), new_id()
    context = {"api_key": {"$sealed": old.seal('"k-4711"', row=owner)}, "city": "Ulm"}
    run = await add_execution(database, user_id=owner)
    given = json.dumps({"query": "ü", "context": context, "output_schema": None})
    await database.pool.execute("UPDATE runs SET input = $2::text::json WHERE id = $1", run, given)
    schedule = new_id()
    await database.pool.execute(
        "INSERT INTO schedules (id, user_id, agent_id, name, cron, time_zone, query, context, paused, created_at, "
        "updated_at) VALUES ($1, $2, $3, 'n', '* * * * *', 'UTC', 'q', $4::text::jsonb, true, now(), now())",
        schedule, owner, await store(database, owner, QUIET), json.dumps(context),
    )  # fmt: skip

    assert (await seal_anew(database, both))[0] == 2
    assert (await seal_anew(database, both))[0] == 0

    row = await database.pool.fetchrow("SELECT input::text AS input, query FROM runs WHERE id = $1", run)
    text = await database.pool.fetchval("SELECT context::text FROM schedules WHERE id = $1", schedule)
    assert row is not None and row["query"] == "ü"
    new = SecretBox(KeyRing([NEW]))
    for found in (json.loads(row["input"])["context"], json.loads(text)):
        assert found["city"] == "Ulm"
        assert new.open(found["api_key"]["$sealed"], row=owner) == '"k-4711"'
