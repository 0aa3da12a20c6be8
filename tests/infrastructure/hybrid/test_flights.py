"""One of many readers fetches: what the others get when it is cancelled, fails, or something changes meanwhile."""

import asyncio

import pytest

from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.shared.cache import Cached
from dynagent.infrastructure.hybrid.repository import EntityCache, SingleFlight
from dynagent.infrastructure.memory.cache import MemoryCache
from tests.infrastructure.hybrid.test_repository import ID, NOW, House, Table, agent


class Away(MemoryCache):
    """A Redis that is away: nothing is kept, nothing is found."""

    async def get(self, key: str) -> Cached | None:
        return None

    async def put(self, key: str, copy: Cached) -> None:
        return None


@pytest.mark.parametrize("deleted", [False, True])
async def test_who_reads_after_a_change_does_not_wait_for_a_fetch_from_before_it(deleted: bool) -> None:
    """Without a copy to look at, only the table knows; the fetch that is under way may have seen the old state."""
    rows = {ID: agent()}
    table = Table("u", rows)
    house = House(table, EntityCache(Away(), prefix="agent", model=Agent))
    seen, gate = asyncio.Event(), asyncio.Event()
    load = table.get_by_id

    async def slow(id: str) -> Agent | None:
        found = await load(id)
        seen.set()
        await gate.wait()
        return found

    table.get_by_id = slow  # type: ignore[method-assign]
    early = asyncio.create_task(house.repository.get_by_id(ID))
    await seen.wait()
    table.get_by_id = load  # type: ignore[method-assign]
    new = agent().changed(AgentConfiguration(name="B"), expected_version=1, now=NOW)
    await (house.repository.delete(ID) if deleted else house.repository.update(new))
    await house.commit()
    assert await house.repository.get_by_id(ID) == (None if deleted else new)
    gate.set()
    assert await early == agent()
    assert await house.repository.get_by_id(ID) == (None if deleted else new)


async def test_of_many_waiting_readers_one_fetches_when_the_first_is_cancelled() -> None:
    house = House(Table("u", {ID: agent()}), EntityCache(Away(), prefix="agent", model=Agent))
    readers = [asyncio.create_task(house.repository.get_by_id(ID)) for _ in range(10)]
    while not house.table.reads:
        await asyncio.sleep(0)
    readers[0].cancel()
    found = await asyncio.gather(*readers[1:])
    assert found == [agent()] * 9
    assert house.table.reads == 2


async def test_a_waiting_reader_that_is_cancelled_leaves_the_others_alone() -> None:
    house = House(Table("u", {ID: agent()}), EntityCache(Away(), prefix="agent", model=Agent))
    readers = [asyncio.create_task(house.repository.get_by_id(ID)) for _ in range(3)]
    await asyncio.sleep(0)
    readers[1].cancel()
    assert [await readers[0], await readers[2]] == [agent()] * 2
    with pytest.raises(asyncio.CancelledError):
        await readers[1]
    assert house.table.reads == 1


async def test_a_waiting_reader_fetches_itself_when_the_first_is_cancelled() -> None:
    flights: SingleFlight[Agent] = SingleFlight()
    gate = asyncio.Event()

    async def slow() -> Agent | None:
        await gate.wait()
        return agent("slow")

    async def quick() -> Agent | None:
        return agent("quick")

    first = asyncio.create_task(flights.fetch("k", "u", slow))
    await asyncio.sleep(0)
    second = asyncio.create_task(flights.fetch("k", "u", quick))
    await asyncio.sleep(0)
    first.cancel()
    found = await second
    assert found is not None
    assert found.configuration.name == "quick"


async def test_an_error_reaches_all_who_wait_and_the_next_tries_again() -> None:
    flights: SingleFlight[Agent] = SingleFlight()

    async def fail() -> Agent | None:
        await asyncio.sleep(0)
        raise OSError("away")

    outcomes = await asyncio.gather(*(flights.fetch("k", "u", fail) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    with pytest.raises(OSError, match="away"):
        await flights.fetch("k", "u", fail)
