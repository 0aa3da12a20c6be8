"""What every row of the matrix needs: a model, a cluster of processes, a database of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from tests.faults.effects import Effects
from tests.faults.processes import Cluster
from tests.faults.servers import OwnPostgres
from tests.servers import TestRedis


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    """The scripted model."""
    with ScriptedModel() as server:
        yield server


@pytest_asyncio.fixture
async def effects() -> AsyncIterator[Effects]:
    """The world outside."""
    async with Effects() as world:
        yield world


@pytest.fixture
def cluster(tmp_path: Path, model: ScriptedModel, fresh_database_url: str) -> Iterator[Cluster]:
    """Processes over a fresh database, without Redis."""
    with Cluster(tmp_path, DATABASE_URL=fresh_database_url, OPENAI_BASE_URL=model.url) as processes:
        yield processes


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[OwnPostgres]:
    """A server of this test's own."""
    place = tmp_path / "own"
    place.mkdir()
    for part in (tmp_path, place):
        part.chmod(0o755)
    with OwnPostgres(place) as server:
        yield server


@pytest.fixture
def own_cluster(tmp_path: Path, own_postgres: OwnPostgres, model: ScriptedModel) -> Iterator[Cluster]:
    """Processes over that server."""
    # A lease that a busy machine can keep: an outage of the database is no crash of a worker.
    settings = {"DATABASE_URL": own_postgres.url, "OPENAI_BASE_URL": model.url, "WORKER_LEASE_S": "15"}
    with Cluster(tmp_path, **settings) as processes:
        yield processes


@pytest.fixture
def own_redis() -> Iterator[TestRedis]:
    """A Redis that may be broken without disturbing anybody."""
    server = TestRedis()
    server.start()
    yield server
    server.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long rows to those who ask for them with `-m`."""
    if not config.getoption("-m"):
        for item in items:
            if item.get_closest_marker("slow_fault"):
                item.add_marker(pytest.mark.skip(reason="slow: make faults"))
