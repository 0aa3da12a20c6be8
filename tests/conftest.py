"""Fixtures of all tests: a real PostgreSQL, databases cloned from a template, a real Redis."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio
import redis
import structlog

from dynagent.application.shared.caller import Caller
from dynagent.core.shared.ids import is_id
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from tests.repositories import Repositories, RepositoryScopes
from tests.servers import TestPostgres, TestRedis, TestRedisCluster


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name parameters that are ids made while collecting alike in every process: xdist compares the names."""
    return "an-id" if isinstance(val, str) and is_id(val) else None


LONG = ("sandbox_corpus", "faults", "cli")
"""Folders whose files take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: files go to processes in this order, and one that begins last is waited for alone."""
    items.sort(key=lambda item: item.path.relative_to(Path(__file__).parent).parts[0] not in LONG)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Undo what a test sets about logs: the platform does, and other tests capture what is logged."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """The server of this test run."""
    server = TestPostgres()
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """The URL of a migrated database of this module's own; what one test writes, the module's others see."""
    name, url = await postgres.clone()
    yield url
    await postgres.drop(name)


@pytest_asyncio.fixture
async def fresh_database_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """The URL of a migrated, empty database for one test."""
    name, url = await postgres.clone()
    yield url
    await postgres.drop(name)


@pytest_asyncio.fixture
async def empty_database_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """The URL of a database without tables for one test."""
    name, url = await postgres.empty()
    yield url
    await postgres.drop(name)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A connected Database on the module's own database."""
    database = connected_to(database_url)
    await database.connect()
    yield database
    await database.close()


def connected_to(url: str) -> Database:
    """Return a Database on a URL, with few connections; the caller connects and closes it."""
    settings = {"database_url": url, "database_pool_size": 5, "database_direct_pool_size": 5}
    return Database(DatabaseSettings.model_validate(settings))


ScopeFor = Callable[[str], AbstractAsyncContextManager[Repositories]]


@pytest.fixture
def scope_for(database: Database) -> ScopeFor:
    """Opens the scope of a user, as the bus does for a message: `async with scope_for(user_id) as scope`."""
    scopes = RepositoryScopes(database, deliver=lambda _: None)
    return lambda user_id: scopes.open(Caller(user_id))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[TestRedis]:
    """The Redis of this test process."""
    server = TestRedis()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[TestRedisCluster]:
    """The Redis Cluster of this test process, which costs a second or two."""
    cluster = TestRedisCluster()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def redis_url(redis_server: TestRedis) -> str:
    """The URL of an empty Redis."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url
