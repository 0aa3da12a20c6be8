"""A process that cannot reach Redis changes an agent: those who can must not go on serving the old copy from there."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.redis.settings import RedisSettings
from dynagent.main import Settings, open_platform
from dynagent.presentation.worker.settings import WorkerSettings
from tests.faults.slow import SlowProxy
from tests.main.people import People
from tests.servers import TestRedis


async def test_the_old_copy_of_what_it_changes_is_served_by_nobody(
    *,
    fresh_database_url: str,
    redis_server: TestRedis,
    model: ScriptedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)

    def settings(port: int) -> Settings:
        return Settings(
            database=DatabaseSettings(),
            log=LogSettings(log_level="CRITICAL"),
            models=ModelSettings(openai_base_url=model.url, model_lane="wire"),
            redis=RedisSettings(url=f"redis://127.0.0.1:{port}/0", timeout_s=0.2),
            worker=WorkerSettings(beat_s=0.1),
        )

    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(SlowProxy(redis_server.port))
        people: list[People] = []
        for port in (proxy.port, redis_server.port):
            platform = await stack.enter_async_context(open_platform(settings(port)))
            people.append(await stack.enter_async_context(People(platform.app)))
            stack.callback(platform.begin_shutdown)
        apart, near = people
        agent = await apart.agent("calculator", model="demo")
        async with asyncio.timeout(10):
            while not await redis_server_has(redis_server, f"agent:{agent}"):
                await near.send("GET", f"/agents/{agent}")
        await asyncio.sleep(0.3)  # a heartbeat, so that each knows of the other
        proxy.delay_s = 30
        for number in range(5):
            body = {"name": f"v{number}", "tools": ["calculator"], "model": "demo"}
            await apart.send("PUT", f"/agents/{agent}", body)
            assert (await near.send("GET", f"/agents/{agent}"))["name"] == f"v{number}"
            assert (await apart.send("GET", f"/agents/{agent}"))["name"] == f"v{number}"
        assert (await near.health())["redis"]["status"] == "ok"
        assert (await apart.health())["redis"]["status"] == "warn"


async def redis_server_has(server: TestRedis, key: str) -> bool:
    return server.ask("EXISTS", key) == b"1"
