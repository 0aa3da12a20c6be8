"""`dynagent models …`, asked of the built-in model."""

import json

import pytest

from dynagent.cli.models import run_try


def test_a_model_is_tried_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert run_try("demo", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "demo" and told["results"]["stream"]["works"] and told["left_out"] == []


def test_an_unknown_model_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert run_try("gpt-x", as_json=False) == 1
    assert capsys.readouterr().err.count("\n") == 1
