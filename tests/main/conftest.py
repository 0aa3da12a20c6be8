"""The real application in this process: a database of its own, a scripted model, the worker inside."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.trace.settings import TraceSettings
from dynagent.main import Settings, open_platform
from tests.main.people import People


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    """The scripted model."""
    with ScriptedModel() as server:
        yield server


@pytest_asyncio.fixture
async def people(
    fresh_database_url: str, model: ScriptedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[People]:
    """Somebody who uses the application."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.delenv("REDIS_URL", raising=False)
    settings = Settings(
        database=DatabaseSettings(),
        log=LogSettings(log_level="ERROR"),
        models=ModelSettings(openai_base_url=model.url, model_lane="wire"),
        trace=TraceSettings(heartbeat_s=0.2),
    )
    async with open_platform(settings) as platform:
        async with People(platform.app) as people:
            yield people
        platform.begin_shutdown()
