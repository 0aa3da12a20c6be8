"""`dynagent doctor` says of each part how it is and what to do."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from benchmarks.scripted_model import ScriptedModel
from typer.testing import CliRunner

from dynagent.cli import app
from dynagent.infrastructure.observability import disk
from tests.servers import TestRedisCluster


def doctor() -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_fresh_installation_is_well() -> None:
    code, report = doctor()

    assert code == 0
    assert list(report["parts"]) == [
        "settings", "data directory", "secret key", "disk", "database", "processes", "clock", "redis", "broker",
        "files", "model", "sandbox", "port",
    ]  # fmt: skip
    assert report["parts"]["database"]["detail"] == "embedded PostgreSQL, made at the first start"
    assert report["parts"]["model"]["detail"] == 'no key: the built-in model "demo" answers'
    assert report["parts"]["redis"]["status"] == "ok"


def test_an_unreachable_database_fails_without_telling_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bob:hunter22@127.0.0.1:1/agents")

    code, report = doctor()

    assert code == 1
    assert report["status"] == "fail"
    assert report["parts"]["database"]["status"] == "fail"
    assert report["parts"]["database"]["advice"] == "check DATABASE_URL"
    assert "hunter22" not in json.dumps(report)
    for part in ("processes", "clock"):
        assert report["parts"][part]["detail"] == "not known while the database is away"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, fresh_database_url: str) -> Iterator[Any]:
    """A connection to the database that the doctor looks at."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    with psycopg.connect(fresh_database_url, autocommit=True) as connection:
        yield connection


def test_a_database_of_a_newer_release_fails_and_an_older_one_is_upgraded(table: Any) -> None:
    assert doctor()[1]["parts"]["database"]["status"] == "ok"
    table.execute("UPDATE alembic_version SET version_num = '0001_schema_version'")
    code, report = doctor()
    assert (code, report["parts"]["database"]["status"]) == (0, "warn")
    assert report["parts"]["database"]["advice"].startswith("run: dynagent db upgrade")
    table.execute("UPDATE alembic_version SET version_num = '9999_of_tomorrow'")
    code, report = doctor()
    assert (code, report["parts"]["database"]["status"]) == (1, "fail")
    assert report["parts"]["database"]["advice"].startswith("update this program")


def test_work_that_nobody_does_is_pointed_out(table: Any) -> None:
    _, report = doctor()
    assert report["parts"]["processes"]["detail"] == "nothing runs on this database now, and nothing waits"
    table.execute(
        "INSERT INTO runs (id, user_id, subject_id, subject_version, subject_name, input, lane, priority, "
        "status, attempt, crashes, cancel_requested, usage, created_at) "
        "VALUES (uuidv7(), uuidv7(), uuidv7(), 1, 'A', '{}', 'batch', 0, 'pending', 0, 0, false, '{}', now())"
    )
    code, report = doctor()
    assert (code, report["parts"]["processes"]["status"]) == (0, "warn")
    assert report["parts"]["processes"]["detail"] == "1 executions wait and no worker is alive"
    assert "dynagent worker" in report["parts"]["processes"]["advice"]
    table.execute("INSERT INTO workers (id, name, lease_until) VALUES (uuidv7(), 'w', now() + interval '1 h')")
    assert doctor()[1]["parts"]["processes"]["detail"] == "1 executions wait; workers alive: 1"


def test_a_clock_that_is_wrong_is_pointed_out(table: Any) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=5), tick=True):
        code, report = doctor()
    assert (code, report["parts"]["clock"]["status"]) == (0, "warn")
    assert "s behind the database's" in report["parts"]["clock"]["detail"]
    assert doctor()[1]["parts"]["clock"]["status"] == "ok"


@pytest.mark.parametrize("url", ["nats://127.0.0.1:1", "amqp://127.0.0.1:1/"])
def test_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BROKER_URL", url)
    code, report = doctor()
    assert (code, report["parts"]["broker"]["status"]) == (0, "fail")
    assert "nothing is lost" in report["parts"]["broker"]["advice"]


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "FAIL_BELOW", 2**62)
    code, report = doctor()
    assert (code, report["parts"]["disk"]["status"]) == (1, "fail")
    assert "make room" in report["parts"]["disk"]["advice"]


def test_a_sandbox_that_cannot_run_says_what_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOL_SANDBOX_SOCKET", "/nowhere/sandbox.sock")
    code, report = doctor()
    assert (code, report["parts"]["sandbox"]["status"]) == (0, "warn")
    assert "all else works" in report["parts"]["sandbox"]["advice"]


def test_redis_that_is_away_is_no_failure_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    code, report = doctor()

    assert code == 0
    assert report["status"] == "warn"
    assert report["parts"]["redis"]["status"] == "fail"
    assert "works without it" in report["parts"]["redis"]["advice"]


def test_a_redis_cluster_is_asked_as_a_whole(monkeypatch: pytest.MonkeyPatch, redis_cluster: TestRedisCluster) -> None:
    monkeypatch.setenv("REDIS_URL", redis_cluster.url)

    code, report = doctor()

    assert (code, report["parts"]["redis"]["status"]) == (0, "ok")
    assert report["parts"]["redis"]["detail"].startswith("a cluster, all of its 3 masters answer in ")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://:hunter22@a,b", "REDIS_URL: names several hosts: that is a cluster, add ?cluster=true"),
        ("redis://:hunter22@a/4?cluster=true", "REDIS_URL: a cluster has no other database than 0"),
    ],
)
def test_a_redis_that_cannot_be_named_so_is_told_why(monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)

    code, report = doctor()

    assert code == 1
    assert reason in report["parts"]["settings"]["detail"]
    assert "hunter22" not in json.dumps(report)


def test_a_model_endpoint_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedModel() as model:
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        monkeypatch.setenv("OPENAI_API_KEY", "scripted")
        _, report = doctor()

    assert report["parts"]["model"]["status"] == "ok"
    assert "answers" in report["parts"]["model"]["detail"]


def test_a_model_endpoint_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")

    code, report = doctor()

    assert code == 0
    assert report["parts"]["model"]["status"] == "fail"
    assert report["parts"]["model"]["advice"] == "check OPENAI_BASE_URL"


def test_a_port_in_use_by_somebody_else_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        code, report = doctor()

    assert code == 1
    assert "is in use" in report["parts"]["port"]["detail"]


def test_every_wrong_setting_is_named_at_once_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "WORKER_CONCURRENCY", "TOOL_SANDBOX_SECRETS", "REDIS_URL"):
        monkeypatch.setenv(name, "s3cret")

    code, report = doctor()

    assert code == 1
    assert list(report["parts"]) == ["settings"]
    detail = report["parts"]["settings"]["detail"]
    for name in ("PORT: ", "WORKER_CONCURRENCY: ", "TOOL_SANDBOX_SECRETS: must be JSON", "REDIS_URL: must begin with"):
        assert name in detail
    assert "s3cret" not in detail


def test_a_missing_secret_key_fails_with_the_way_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_MODE", "required")

    code, report = doctor()

    assert code == 1
    assert report["parts"]["secret key"]["status"] == "fail"
    assert "openssl rand -hex 32" in report["parts"]["secret key"]["detail"]


def test_a_default_model_without_an_endpoint_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_MODEL", "gpt-4o")

    code, report = doctor()

    assert code == 0
    assert report["parts"]["model"]["status"] == "warn"
    assert "DEFAULT_MODEL=gpt-4o" in report["parts"]["model"]["detail"]


def test_lines_for_people() -> None:
    result = CliRunner().invoke(app, ["doctor"])

    assert result.exit_code == 0
    assert "✔ ok    data directory" in result.output
    assert "→ for a real model set OPENAI_API_KEY" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("dynagent: ")
