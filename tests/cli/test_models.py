"""`dynagent models …`, asked of the built-in model."""

import json

import pytest
from benchmarks.scripted_model import ScriptedModel

from dynagent.cli.failures import CannotStart
from dynagent.cli.models import run_try, try_out
from dynagent.core.shared.ids import new_id
from tests.conftest import connected_to


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


async def test_a_stored_model_is_tried_and_what_it_shows_is_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fresh_database_url: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    insert = """
    INSERT INTO language_models (id, name, provider, model_identifier, endpoint_url, version, created_at, updated_at)
    VALUES ($1, 'mine', 'openai-compatible', 'scripted', $2, 1, now(), now())
    """
    database = connected_to(fresh_database_url)
    await database.connect()
    async with ScriptedModel() as server:
        await database.pool.execute(insert, new_id(), server.url)
        assert await try_out("mine", as_json=True) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["model"], told["results"]["stream"]["works"], len(told["results"])) == ("mine", True, 7)
        with pytest.raises(CannotStart, match="nobody"):
            await try_out("mine", as_json=True, login="nobody")
    stored = await database.pool.fetchval("SELECT jsonb_array_length(trial) FROM model_health")
    await database.close()
    assert stored == 7
