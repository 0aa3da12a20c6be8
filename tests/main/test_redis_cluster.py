"""Two processes over a Redis Cluster: each sees what the other changes and streams what it runs, also without it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.redis.settings import RedisSettings
from dynagent.main import Settings, open_platform
from tests.main.people import People, streamed, types
from tests.servers import TestRedisCluster


@pytest.fixture
def cluster() -> Iterator[TestRedisCluster]:
    """A cluster of this test's own, which it may break."""
    cluster = TestRedisCluster()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest_asyncio.fixture
async def offices(
    fresh_database_url: str,
    cluster: TestRedisCluster,
    model: ScriptedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[People, People]]:
    """Somebody at a process that takes no work, and somebody at one that does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    settings = Settings(
        database=DatabaseSettings(),
        log=LogSettings(log_level="ERROR"),
        models=ModelSettings(openai_base_url=model.url, model_lane="wire"),
        redis=RedisSettings(url=cluster.url),
    )
    async with AsyncExitStack() as stack:
        people: list[People] = []
        for takes_work in (False, True):
            platform = await stack.enter_async_context(open_platform(settings, takes_work=takes_work))
            people.append(await stack.enter_async_context(People(platform.app)))
            stack.callback(platform.begin_shutdown)
        yield people[0], people[1]


async def run_and_watch(asked: People, watched: People, agent: str) -> None:
    """Have a run started at one process and watched at another; the stream is the log."""
    id = await asked.start(agent, "What is 23*19?")
    watcher = watched.watch(id)
    async with asyncio.timeout(60):
        await watcher.over()
    execution = await watched.ended(id)
    assert "437" in execution["result"]
    assert types(streamed(watcher))[-1] == "complete"
    assert streamed(watcher) == await asked.log(id)


async def test_two_processes_over_a_cluster_and_then_without_one_of_its_masters(
    offices: tuple[People, People], cluster: TestRedisCluster
) -> None:
    api, worker = offices
    assert [(await people.health())["redis"]["status"] for people in offices] == ["ok", "ok"]
    agent = await api.agent("calculator", model="demo")
    await run_and_watch(api, api, agent)
    for number, (writer, reader) in enumerate([(api, worker), (worker, api)] * 3):
        await writer.send("PUT", f"/agents/{agent}", {"name": f"v{number}", "tools": ["calculator"], "model": "demo"})
        assert (await reader.send("GET", f"/agents/{agent}"))["name"] == f"v{number}"
    copies = sum(int(server.ask("DBSIZE")) for server in cluster.servers)
    assert copies > 0, "there is something in the cluster"

    cluster.servers[1].stop()
    for number, (writer, reader) in enumerate([(api, worker), (worker, api)] * 3):
        await writer.send("PUT", f"/agents/{agent}", {"name": f"w{number}", "tools": ["calculator"], "model": "demo"})
        assert (await reader.send("GET", f"/agents/{agent}"))["name"] == f"w{number}"
    await run_and_watch(api, api, agent)
    assert (await api.health())["redis"]["status"] == "warn"
