"""`dynagent db` moves the schema of whatever database the settings name."""

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from dynagent.cli import app


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
