"""`dynagent keys rotate` seals what is stored with a new secret key."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dynagent.cli import app


def dynagent(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_a_key_in_the_data_directory_gets_a_successor(tmp_path: Path) -> None:
    assert dynagent("db", "upgrade")[0] == 0
    file = tmp_path / "data" / "secret.key"
    file.write_text("o" * 64 + "\n")
    file.chmod(0o600)
    code, told = dynagent("keys", "rotate")
    assert code == 0, told
    assert "0 stored secrets are encrypted with the current secret key" in told and "restart" in told
    first, second = file.read_text().split()
    assert (first != second, second) == (True, "o" * 64)


def test_a_key_in_the_environment_is_changed_by_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dynagent("db", "upgrade")[0] == 0
    monkeypatch.setenv("SECRET_KEY", "n" * 40)
    monkeypatch.setenv("SECRET_KEYS_OLD", "o" * 40)
    code, told = dynagent("keys", "rotate")
    assert (code, "remove SECRET_KEYS_OLD" in told) == (0, True), told


def test_without_any_key_there_is_nothing_to_rotate() -> None:
    result = CliRunner().invoke(app, ["keys", "rotate"])
    assert result.exit_code == 1 and "no secret key to rotate" in result.stderr
