"""The whole application with a read replica: what is asked of it, and that nobody notices when it goes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres import replica as module
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.main import Settings, open_platform
from tests.main.people import People
from tests.servers import TestPostgres
from tests.standby import PrimaryAndStandby


@pytest_asyncio.fixture
async def copy_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """A second database, empty: a replica to which nothing has come yet."""
    name, url = await postgres.clone()
    yield url
    await postgres.drop(name)


async def used(people: People) -> str:
    """Run an agent, read its trace and the audit log; return what `/health` says of the replica."""
    id = await people.start(await people.agent("calculator", model="demo"), "What is 23*19?")
    execution = await people.ended(id)
    assert "437" in execution["result"]
    assert execution["trace"]
    assert (await people.log(id))[-1]["type"] == "complete"
    assert "entries" in await people.send("GET", "/audit-log")
    return (await people.health())["replica"]["status"]


async def test_with_a_streaming_standby_and_then_without_it(
    model: ScriptedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "CHECK_S", 0.05)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    with PrimaryAndStandby() as pair:
        monkeypatch.setenv("DATABASE_URL", pair.primary.url)
        monkeypatch.setenv("DATABASE_REPLICA_URL", pair.standby.url)
        settings = Settings(
            database=DatabaseSettings(),
            log=LogSettings(log_level="ERROR"),
            models=ModelSettings(openai_base_url=model.url, model_lane="wire"),
        )
        async with open_platform(settings) as platform:
            async with People(platform.app) as people:
                async with asyncio.timeout(30):
                    # The tables and the first heartbeat have to arrive there first.
                    while (await people.health())["replica"]["status"] != "ok":
                        await asyncio.sleep(0.05)
                assert await used(people) == "ok"
                pair.standby.stop()
                assert await used(people) == "warn"
            platform.begin_shutdown()


@pytest.mark.parametrize("kind", ["same", "empty", "away"])
async def test_with_any_replica_answers_are_the_same(
    *,
    kind: str,
    fresh_database_url: str,
    copy_url: str,
    model: ScriptedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "CHECK_S", 0.05)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.delenv("REDIS_URL", raising=False)
    urls = {"same": fresh_database_url, "empty": copy_url, "away": "postgresql://nobody@127.0.0.1:1/none"}
    monkeypatch.setenv("DATABASE_REPLICA_URL", urls[kind])
    settings = Settings(
        database=DatabaseSettings(),
        log=LogSettings(log_level="ERROR"),
        models=ModelSettings(openai_base_url=model.url, model_lane="wire"),
    )
    async with open_platform(settings) as platform:
        async with People(platform.app) as people:
            assert await used(people) == ("warn" if kind != "same" else "ok")
        platform.begin_shutdown()
