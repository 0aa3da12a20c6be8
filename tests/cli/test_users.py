"""`dynagent users password-link` is the way back in for whoever has the server's environment."""

import pytest
from typer.testing import CliRunner

from dynagent.cli import app


def dynagent(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output + result.stderr


def test_a_link_is_printed_for_a_user_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    assert dynagent("db", "upgrade")[0] == 0
    code, told = dynagent("users", "password-link", "LOCAL ")
    assert code == 0, told
    assert "/setup#password=dynp_" in told and "can be used until" in told
    code, told = dynagent("users", "password-link", "nobody")
    assert code == 1 and "there is no user 'nobody'" in told
