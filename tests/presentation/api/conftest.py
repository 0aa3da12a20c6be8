"""Fixtures of the API's tests."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.presentation.api.house import House


@pytest.fixture
def house() -> House:
    """The application over fakes."""
    return House()


@pytest_asyncio.fixture
async def api(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of that application."""
    async with house.client() as client:
        yield client
        await house.settled()


@pytest_asyncio.fixture
async def agent_id(api: httpx2.AsyncClient) -> str:
    """An agent with a calculator."""
    answer = await api.post("/api/agents", json={"name": "Math helper", "tools": ["calculator"]})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
