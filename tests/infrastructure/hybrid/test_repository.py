"""A copy is never served to another owner, never outlives an update, never survives a failed commit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.shared.cache import Cached
from dynagent.core.shared.repository import BaseRepository
from dynagent.infrastructure.hybrid.repository import EntityCache, HybridRepository, copy_version
from dynagent.infrastructure.memory.cache import MemoryCache

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ID = "01a1fbd1-034f-79b1-bf7b-77098bbc65ab"


def agent(name: str = "A", *, id: str = ID, user_id: str = "u") -> Agent:
    return Agent.create(id=id, user_id=user_id, configuration=AgentConfiguration(name=name), now=NOW)


class Table(BaseRepository[Agent]):
    """The truth of one owner; counts reads."""

    def __init__(self, user_id: str = "u", rows: dict[str, Agent] | None = None) -> None:
        self.rows = {} if rows is None else rows
        self.user_id = user_id
        self.reads = 0

    async def create(self, entity: Agent) -> Agent:
        self.rows[entity.id] = entity
        return entity

    async def get_by_id(self, id: str) -> Agent | None:
        self.reads += 1
        await asyncio.sleep(0)
        row = self.rows.get(id)
        return row if row is not None and row.user_id == self.user_id else None

    async def update(self, entity: Agent) -> Agent:
        self.rows[entity.id] = entity
        return entity

    async def delete(self, id: str) -> bool:
        return self.rows.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Agent]:
        return list(self.rows.values())[skip : skip + limit]


class House:
    """A repository, its table and cache, and a commit that runs when asked."""

    def __init__(self, table: Table | None = None, copies: EntityCache[Agent] | None = None) -> None:
        self.cache = MemoryCache()
        self.table = table or Table()
        self.copies = copies or EntityCache(self.cache, prefix="agent", model=Agent)
        self.after: list[Callable[[], Awaitable[None]]] = []
        self.repository = HybridRepository(
            self.table, self.copies, user_id=self.table.user_id, after_commit=self.after.append
        )

    async def commit(self) -> None:
        actions, self.after[:] = list(self.after), []
        for action in actions:
            await action()


async def test_a_read_after_a_committed_write_needs_no_database() -> None:
    house = House()
    await house.repository.create(agent())
    await house.commit()
    assert await house.repository.get_by_id(ID) == agent()
    assert house.table.reads == 0


async def test_a_miss_refills_the_copy() -> None:
    house = House()
    house.table.rows[ID] = agent()
    assert await house.repository.get_by_id(ID) == agent()
    assert await house.repository.get_by_id(ID) == agent()
    assert house.table.reads == 1


async def test_a_failed_commit_leaves_no_copy() -> None:
    house = House()
    await house.repository.create(agent())
    house.table.rows.clear()
    assert await house.repository.get_by_id(ID) is None


async def test_another_owner_sees_nothing_not_even_a_copy() -> None:
    house = House()
    await house.repository.create(agent())
    await house.commit()
    other = House(Table("other", house.table.rows), house.copies)
    assert await other.repository.get_by_id(ID) is None


async def test_a_slow_reader_cannot_bring_back_the_old_state() -> None:
    house = House()
    old = agent()
    new = old.changed(AgentConfiguration(name="B"), expected_version=1, now=NOW)
    await house.repository.update(new)
    await house.commit()
    await house.copies.keep(old)
    found = await house.repository.get_by_id(ID)
    assert found is not None
    assert found.configuration.name == "B"


async def test_a_deleted_entity_is_gone_for_slow_readers_too() -> None:
    house = House()
    await house.repository.create(agent())
    await house.commit()
    assert await house.repository.delete(ID) is True
    await house.commit()
    await house.copies.keep(agent())
    assert await house.repository.get_by_id(ID) is None
    assert await house.repository.delete(ID) is False


@pytest.mark.parametrize(
    "copy",
    [
        b"{not json",
        b"null",
        b"[]",
        b'{"id": 1}',
        agent().model_dump_json().encode()[:-20],
        agent().model_dump_json().replace('"configuration":{', '"configuration":{"of_a_later_release":1,').encode(),
        agent("Somebody else", id="01a1fbd1-034f-79b1-bf7b-77098bbc65ff").model_dump_json().encode(),
    ],
)
async def test_a_copy_that_cannot_be_read_is_a_miss_and_replaced(copy: bytes) -> None:
    house = House()
    house.table.rows[ID] = agent()
    await house.cache.put(f"agent:{ID}", Cached(1, copy))
    assert await house.repository.get_by_id(ID) == agent()
    assert await house.repository.get_by_id(ID) == agent()
    assert house.table.reads == 1


async def test_what_is_not_there_is_not_remembered_as_missing() -> None:
    house = House()
    assert await house.repository.get_by_id(ID) is None
    house.table.rows[ID] = agent()
    assert await house.repository.get_by_id(ID) == agent(), "an agent that another process has just made"


async def test_many_readers_of_a_cold_copy_ask_once() -> None:
    house = House()
    house.table.rows[ID] = agent()
    found = await asyncio.gather(*(house.repository.get_by_id(ID) for _ in range(50)))
    assert all(item == agent() for item in found)
    assert house.table.reads == 1


async def test_lists_come_from_the_table() -> None:
    house = House()
    await house.repository.create(agent())
    assert await house.repository.list_all() == [agent()]


def test_copy_versions_grow_with_every_change_even_when_clocks_stand_still() -> None:
    first = agent()
    second = first.changed(AgentConfiguration(name="B"), expected_version=None, now=NOW - timedelta(hours=1))
    third = second.with_status("disabled", now=NOW)
    versions = [copy_version(item.updated_at) for item in (first, second, third)]
    assert versions == sorted(set(versions))


class CopiesMachine(RuleBasedStateMachine):
    """Two processes, one table, one shared cache; writers commit, fail, die between commit and cache; readers lag."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Agent] = {}
        self.cache = MemoryCache()
        self.houses = [
            House(Table("u", self.rows), EntityCache(self.cache, prefix="agent", model=Agent)) for _ in range(2)
        ]
        self.lagging: list[Agent] = []
        self.count = 0

    @rule(process=st.sampled_from([0, 1]), commits=st.booleans())
    def write(self, process: int, commits: bool) -> None:
        house = self.houses[process]
        self.count += 1
        before = self.rows.get(ID)
        configuration = AgentConfiguration(name=f"v{self.count}")
        entity = before.changed(configuration, expected_version=None, now=NOW) if before else agent(f"v{self.count}")

        async def go() -> None:
            await (house.repository.update(entity) if before else house.repository.create(entity))
            if commits:
                await house.commit()
                return
            house.after.clear()
            if before is None:
                self.rows.pop(ID)
            else:
                self.rows[ID] = before

        asyncio.run(go())

    @rule()
    def a_reader_loads_and_lags(self) -> None:
        if ID in self.rows:
            self.lagging.append(self.rows[ID])

    @rule()
    def a_lagging_reader_writes_its_copy(self) -> None:
        if self.lagging:
            asyncio.run(self.houses[0].copies.keep(self.lagging.pop(0)))

    @rule()
    def a_write_whose_process_dies_is_fenced_by_the_notice(self) -> None:
        before = self.rows.get(ID)
        if before is None:
            return
        self.count += 1
        after = before.changed(AgentConfiguration(name=f"v{self.count}"), expected_version=None, now=NOW)
        self.rows[ID] = after
        asyncio.run(self.houses[1].copies.forget(ID, copy_version(after.updated_at)))

    @rule()
    def the_cache_is_emptied(self) -> None:
        # A lagging reader may now write an old copy: the notice of the last change has to fence it again.
        self.cache._entries.clear()
        self.lagging.clear()

    @invariant()
    def both_processes_see_the_truth(self) -> None:
        for house in self.houses:
            found = asyncio.run(house.repository.get_by_id(ID))
            assert found == self.rows.get(ID)


TestCopies = CopiesMachine.TestCase
TestCopies.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
