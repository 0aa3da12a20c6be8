"""Fixtures of identity's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.conftest import connected_to
from tests.presentation.api.identity.house import IdentityHouse


@pytest_asyncio.fixture
async def house(fresh_database_url: str) -> AsyncIterator[IdentityHouse]:
    """An installation that nobody has set up yet."""
    database = connected_to(fresh_database_url)
    await database.connect()
    yield IdentityHouse(database)
    await database.close()
