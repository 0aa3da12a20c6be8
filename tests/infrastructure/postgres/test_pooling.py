"""A pooler in transaction mode is recognised; a database of our own is left alone."""

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.pooling import TransactionPooling, check_sessions


class Pooler:
    """Lends its servers for a transaction each, the one freed last first, as PgBouncer does."""

    def __init__(self, servers: int) -> None:
        self.free = list(range(servers))

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator["Client"]:
        yield Client(self)


class Client:
    def __init__(self, pooler: Pooler) -> None:
        self._pooler = pooler
        self._server: int | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        if not self._pooler.free:
            raise TimeoutError
        self._server = self._pooler.free.pop()
        try:
            yield
        finally:
            self._pooler.free.append(self._server)

    async def fetchval(self, _query: str) -> Any:
        return self._server


@pytest.mark.parametrize("servers", [1, 2, 20])
async def test_a_pooler_of_transactions_is_refused_with_a_sentence(servers: int) -> None:
    with pytest.raises(TransactionPooling, match="session mode") as refused:
        await check_sessions(Pooler(servers), patience_s=0.01)  # pyright: ignore[reportArgumentType]
    assert "\n" not in refused.value.detail


async def test_the_database_itself_is_not(database: Database) -> None:
    for _ in itertools.repeat(None, 3):
        await check_sessions(database.pool)
    assert isinstance(database.pool, asyncpg.Pool)
