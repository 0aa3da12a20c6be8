"""`dynagent db` moves the schema of whatever database the settings name."""

import asyncio
import gzip
import tarfile
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from dynagent.cli import app
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.backup import back_up
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution
from tests.infrastructure.postgres.test_backup import rewritten


def db(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["db", *arguments])
    return result.exit_code, result.output


def test_up_down_and_where_it_is() -> None:
    assert db("current")[0] == 1
    code, told = db("upgrade")
    assert code == 0
    assert told.startswith("dynagent: the database is at schema 00")
    assert db("current")[0] == 0
    assert db("downgrade", "base") == (0, "dynagent: the database is at schema none\n")
    code, told = db("current")
    assert code == 1
    assert told.startswith("database: empty\nprogram:  00")


def test_prune_says_what_it_removed() -> None:
    assert db("upgrade")[0] == 0
    code, told = db("prune", "--days", "30")
    assert code == 0
    assert told.startswith("dynagent: removed what ended and is older than 30 days: 0 executions, 0 events")
    assert " MB  " in told


def test_prune_can_be_asked_first() -> None:
    assert db("upgrade")[0] == 0
    code, told = db("prune", "--days", "30", "--dry-run")

    assert code == 0
    assert "would remove what ended and is older than 30 days: 0 executions" in told


def test_prune_without_a_retention_time_asks_for_one() -> None:
    result = CliRunner().invoke(app, ["db", "prune"])

    assert result.exit_code == 1
    assert "RETENTION_DAYS is not set" in result.stderr


def test_a_reset_empties_everything_when_nobody_works_there_and_somebody_is_sure(
    monkeypatch: pytest.MonkeyPatch, fresh_database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    with psycopg.connect(fresh_database_url, autocommit=True) as connection:
        worker = connection.execute(
            "INSERT INTO workers (id, name, lease_until) VALUES (uuidv7(), 'w', now() + interval '1 h') RETURNING id"
        ).fetchone()
        assert "say --yes" in db("reset")[1]
        assert "1 servers or workers are alive" in db("reset", "--yes")[1]
        connection.execute("UPDATE workers SET lease_until = now() - interval '1 s'")
    assert db("reset", "--yes") == (0, "dynagent: the database is empty\n")
    with psycopg.connect(fresh_database_url) as connection:
        assert worker is not None
        assert connection.execute("SELECT count(*) FROM workers").fetchone() == (0,)
    assert db("current")[0] == 0


def test_a_backup_is_restored_into_another_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "all.tar.gz")
    assert db("backup", file)[0] == 1
    assert db("upgrade")[0] == 0
    code, told = db("backup", file)
    assert (code, told.startswith("dynagent: 5 rows of schema 00")) == (0, True)
    assert "a file of this name" in db("backup", file)[1]
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    assert db("restore", str(tmp_path / "none"))[1].endswith(f"there is no file {tmp_path / 'none'}\n")
    code, told = db("restore", file)
    assert (code, told.startswith("dynagent: restored 5 rows of schema 00")) == (0, True)


EXECUTION_OF_0034 = """
WITH stored AS (
  INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, context, conversation_id,
    lane, status, usage, created_at)
  VALUES (uuidv7(), uuidv7(), uuidv7(), 1, 'A', 'q', '{"a": 1}', 'c', 'interactive', 'pending', '{}', now())
  RETURNING id
)
INSERT INTO execution_events SELECT id, 1, 0, 'connection', now(), '{"type":"connection","seq":1}' FROM stored
"""


def test_a_backup_of_an_earlier_release_is_restored_and_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_database_url: str, empty_database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    assert db("downgrade", "0034_executions_by_schedule")[0] == 0
    with psycopg.connect(fresh_database_url, autocommit=True) as connection:
        connection.execute(EXECUTION_OF_0034)
    file = tmp_path / "old.tar.gz"
    asyncio.run(backed_up(fresh_database_url, file))

    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    code, told = db("restore", str(file))
    assert code == 0, told
    assert "rows of schema 0034_executions_by_schedule" in told
    assert f"the database is at schema {migrations.head()}" in told
    assert db("current")[0] == 0
    with psycopg.connect(empty_database_url) as connection:
        asked = connection.execute(
            "SELECT kind, input ->> 'query', input -> 'context' ->> 'a', chat_id FROM runs"
        ).fetchone()
        assert asked == ("agent", "q", "1", "c")
        assert connection.execute("SELECT count(*) FROM run_events").fetchone() == (1,)
    assert "not empty" in db("restore", str(file))[1] or "is at" in db("restore", str(file))[1]


def test_a_backup_of_another_schema_does_not_go_into_a_database_that_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    assert db("downgrade", "0034_executions_by_schedule")[0] == 0
    file = tmp_path / "old.tar.gz"
    asyncio.run(backed_up(fresh_database_url, file))
    assert db("upgrade")[0] == 0
    code, told = db("restore", str(file))
    assert (code, "restore it into a database without tables" in told) == (1, True)


@pytest.mark.parametrize("broken", ["cut", "of a newer release", "no backup", "flipped", "of another checksum"])
def test_a_restore_that_is_refused_leaves_the_database_as_it_was(
    *, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_database_url: str, empty_database_url: str
) -> None:
    asyncio.run(one_execution(fresh_database_url))
    file = tmp_path / "all.tar.gz"
    asyncio.run(backed_up(fresh_database_url, file))
    whole = file.read_bytes()
    if broken == "cut":
        file.write_bytes(whole[: len(whole) * 9 // 10])
    elif broken == "flipped":
        middle = len(whole) // 2
        file.write_bytes(
            whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 20]) + whole[middle + 20 :]
        )
    elif broken == "of another checksum":
        file.write_bytes(whole[:-8] + b"\0" * 4 + whole[-4:])
    elif broken == "no backup":
        file.write_bytes(gzip.compress(b"nonsense"))
    else:
        file = rewritten(file, manifest=manifest_of(file).replace(migrations.head().encode(), b"9999_from_the_future"))
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    code, told = db("restore", str(file))
    assert code == 1
    assert ("9999_from_the_future" if broken == "of a newer release" else "backup") in told
    assert "Traceback" not in told
    assert db("current")[1].startswith("database: empty")
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regclass('executions')").fetchone() == (None,)


async def one_execution(url: str) -> None:
    database = connected_to(url)
    await database.connect()
    await add_execution(database)
    await database.close()


async def backed_up(url: str, file: Path) -> None:
    database = connected_to(url)
    await database.connect()
    await back_up(database, file)
    await database.close()


def manifest_of(file: Path) -> bytes:
    with tarfile.open(file) as archive:
        member = archive.extractfile("manifest.json")
        assert member is not None
        return member.read()
