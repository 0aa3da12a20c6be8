"""`dynagent doctor` says of each part how it is and what to do."""

import json
import socket
from typing import Any

import pytest
from benchmarks.scripted_model import ScriptedModel
from typer.testing import CliRunner

from dynagent.cli import app
from tests.servers import TestRedisCluster


def doctor() -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    return result.exit_code, json.loads(result.output)


def test_a_fresh_installation_is_well() -> None:
    code, report = doctor()

    assert code == 0
    assert list(report["parts"]) == [
        "settings", "data directory", "secret key", "disk", "database", "redis", "model", "sandbox", "port"
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
