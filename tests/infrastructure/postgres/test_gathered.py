"""What is gathered in memory is stored, or gathered on: when the database is away, and when who stores is cancelled."""

import asyncio
from typing import Any

import pytest

from dynagent.infrastructure.postgres.gathered import GatheredStore


class Numbers:
    """Gathers numbers by name."""

    def __init__(self) -> None:
        self.waiting: dict[str, int] = {}

    def take(self) -> dict[str, int]:
        taken, self.waiting = self.waiting, {}
        return taken

    def put_back(self, taken: dict[str, int]) -> None:
        self.waiting = taken | self.waiting


class Store(GatheredStore[dict[str, int]]):
    """Stores numbers."""

    name = "numbers"

    def statement(self, taken: dict[str, int]) -> tuple[Any, ...]:
        return "STORE", taken


class FakePool:
    """Keeps what was stored; fails as it is told, or never answers."""

    def __init__(self) -> None:
        self.stored: list[dict[str, int]] = []
        self.error: Exception | None = None
        self.asked = asyncio.Event()
        self.answers = True

    async def execute(self, statement: str, values: dict[str, int]) -> None:
        self.asked.set()
        if self.error is not None:
            raise self.error
        if not self.answers:
            await asyncio.Event().wait()
        self.stored.append(values)


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def store_of(numbers: Numbers) -> tuple[Store, FakePool]:
    pool = FakePool()
    return Store(pool, numbers), pool  # pyright: ignore[reportArgumentType]


async def test_what_cannot_be_stored_is_gathered_on(numbers: Numbers) -> None:
    store, pool = store_of(numbers)
    pool.error = OSError("away")
    numbers.waiting = {"a": 1}
    await store.store()
    assert (pool.stored, numbers.waiting) == ([], {"a": 1})
    pool.error = None
    await store.store()
    await store.store()
    assert (pool.stored, numbers.waiting) == ([{"a": 1}], {}), "once, and nothing when there is nothing"


async def test_who_is_stopped_while_it_stores_loses_nothing(numbers: Numbers) -> None:
    store, pool = store_of(numbers)
    pool.answers = False
    numbers.waiting = {"a": 1}
    storing = asyncio.create_task(store.store())
    await pool.asked.wait()
    storing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await storing
    pool.answers = True
    store.start()
    await store.stop()
    assert pool.stored == [{"a": 1}]
