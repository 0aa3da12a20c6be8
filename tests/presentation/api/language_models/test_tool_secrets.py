"""A tool's key from the request to the provider: it arrives there, and stands nowhere else."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel
from redis.asyncio import Redis

from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.backup import back_up
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.redis.settings import RedisSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.infrastructure.tools.search.engines import SearchSettings
from dynagent.main import Platform, Settings, open_platform
from tests.conftest import connected_to
from tests.fakes.http_server import Reply, Seen, StubServer, stub_server
from tests.infrastructure.tools.search.fixtures import BING
from tests.presentation.api.language_models.house import KEYS, OLD, register, run, trace
from tests.shows import shows

KEY, KEPT = "bing-key-4711-of-ada", "bing-key-4712-kept-apart"
HEADER = "ocp-apim-subscription-key"


def _bing(seen: Seen) -> Reply:
    """Answer the first of two searches; the second as careless providers do, with what they were shown."""
    if seen.query["q"].startswith("beta"):
        return _json({"error": {"message": f"wrong key {seen.headers[HEADER]}"}}, 401)
    return _json(BING)


def _json(body: Any, status: int = 200) -> Reply:
    return Reply(status, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


@pytest_asyncio.fixture
async def bing() -> AsyncIterator[StubServer]:
    """A search provider."""
    async with stub_server(_bing) as server:
        yield server


@pytest_asyncio.fixture
async def platform(
    fresh_database_url: str, redis_url: str, bing: StubServer, tmp_path: Path
) -> AsyncIterator[Platform]:
    """Everything, with Redis, a model that calls its first tool and a provider of searches."""
    async with ScriptedModel() as model:
        settings = Settings(
            auth=AuthSettings.model_validate({"auth_mode": "required", "registration": "open"}),
            secrets=SecretSettings.model_validate({"secret_key": OLD}),
            database=DatabaseSettings.model_validate({"database_url": fresh_database_url, "data_dir": tmp_path}),
            redis=RedisSettings(url=redis_url),
            models=ModelSettings.model_validate({"openai_api_key": "m", "openai_base_url": model.url}),
            of_nouns={
                SearchSettings: SearchSettings.model_validate(
                    {"bing_search_endpoint": bing.url, "search_providers": "bing"}
                )
            },
            outbound=OutboundSettings(allow="127.0.0.0/8"),
            log=LogSettings.model_validate({"log_level": "DEBUG"}),
        )
        async with open_platform(settings) as platform:
            yield platform


def search_with(key: Any) -> dict[str, Any]:
    """The body of an agent that searches with this key."""
    return {"name": "A", "tools_config": [{"name": "web_search", "type": "web_search", "config": {"api_key": key}}]}


async def test_a_key_reaches_its_provider_and_stands_nowhere_else(
    platform: Platform,
    bing: StubServer,
    fresh_database_url: str,
    redis_url: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ada = await register(platform, "ada")
    kept = {"provider": "tools", "purpose": "tools", "label": "bing", "api_key": KEPT}
    assert (await ada.post(KEYS, json=kept)).status_code == 201
    told: list[str] = []
    for key, sent in ((KEY, KEY), ({"$secret": "bing"}, KEPT)):
        made = await ada.post("/api/agents", json=search_with(key))
        agent = made.json()["id"]
        told += [made.text, (await ada.get(f"/api/agents/{agent}/versions")).text]
        done = await run(ada, agent, "search twice [[tools=1]] [[parallel=2]]")
        told += [json.dumps(done), json.dumps(await trace(ada, done["id"]))]
        assert "python.org" in told[-1] and "wrong key ***" in told[-1]
        assert {seen.headers[HEADER] for seen in bing.seen} == {sent}
        bing.seen.clear()

    database = connected_to(fresh_database_url)
    await database.connect()
    tables = await database.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in tables:
        rows = await database.pool.fetch(f'SELECT t::text AS line FROM "{table["tablename"]}" t')
        told += [row["line"] for row in rows]
    await back_up(database, tmp_path / "backup.tar.gz")
    await database.close()
    told += ["".join(capfd.readouterr()), *await _copies(redis_url), _unpacked(tmp_path / "backup.tar.gz")]
    assert [place for place in told if KEY in place or KEPT in place] == []
    assert any('"$sealed"' in place for place in told)


async def test_a_key_for_tools_is_told_apart_from_keys_of_models(platform: Platform) -> None:
    ada = await register(platform, "ada")

    for body, pointers in (
        ({"provider": "tools", "label": "bing"}, ["/purpose"]),
        ({"provider": "openai", "purpose": "tools", "label": "bing"}, ["/provider"]),
        ({"provider": "tools", "purpose": "tools"}, ["/label"]),
        ({"provider": "tools", "purpose": "tools", "label": "x", "endpoint_url": "https://x.org"}, ["/endpoint_url"]),
    ):
        refused = await ada.post(KEYS, json={"api_key": KEPT, **body})
        assert refused.status_code == 422, refused.text
        assert [item["pointer"].lstrip("#") for item in refused.json()["errors"]] == pointers


@shows("ProviderKeyBody.label")
async def test_somebody_elses_key_and_one_that_is_gone_are_not_found(platform: Platform, bing: StubServer) -> None:
    ada, bob = await register(platform, "ada"), await register(platform, "bob")
    kept = {"provider": "tools", "purpose": "tools", "label": "bing", "api_key": KEPT}
    id = (await ada.post(KEYS, json=kept)).json()["id"]
    refused = await bob.post("/api/agents", json=search_with({"$secret": "bing"}))
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "known_key"), refused.text
    assert refused.json()["errors"][0]["pointer"] == "/tools_config/0/config/api_key"
    agent = (await ada.post("/api/agents", json=search_with({"$secret": "bing"}))).json()["id"]
    await ada.delete(f"{KEYS}/{id}")

    done = await run(ada, agent, "search [[tools=1]]")
    assert (done["status"], done["error"]["code"]) == ("failed", "tool_unconfigured"), done
    assert "'bing'" in done["error"]["message"]
    assert bing.seen == []


async def _copies(redis_url: str) -> list[str]:
    async with Redis.from_url(redis_url) as redis:  # pyright: ignore[reportUnknownMemberType]
        keys = await redis.keys("agent:*")  # pyright: ignore[reportUnknownMemberType]
        assert keys, "agents have copies in Redis"
        return [str(await redis.get(key)) for key in keys]


def _unpacked(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode("latin-1")
