"""What other processes have stored comes to the followers here, looked up once for all of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from dynagent.core.runs import Frame
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.runs import trace_news as module
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_news import TraceNews
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.trace.hub import Channel, TraceHub
from tests.infrastructure.postgres.rows import add_execution

ADD = """
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
SELECT $1, seq, 1, CASE WHEN $4 AND seq = $3 THEN 'complete' ELSE 'node_start' END, now(), '{}'
FROM generate_series($2::int, $3::int) AS seq
"""
NEVER_S = 3600.0


class CountingPool:
    """The pool, counting the questions; away when told to be."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.fetches = self.answered = 0
        self.away = False

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """Ask."""
        self.fetches += 1
        if self.away:
            raise ConnectionError("away")
        rows = await self._pool.fetch(query, *args)
        self.answered += 1
        return rows

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Borrow."""
        return self._pool.acquire()


class House:
    """Followers of a process that hears nothing by itself."""

    def __init__(self, database: Database, heartbeat_s: float) -> None:
        self.database = database
        self.pool: Any = CountingPool(database.pool)
        self.hub = TraceHub()
        self.degraded = False
        self.news = TraceNews(self.pool, self.hub, heartbeat_s=heartbeat_s, degraded=lambda: self.degraded)
        writer = EventWriter(database.pool, self.hub.publish)
        self.followers: Any = CountingPool(database.pool)
        self.log = PostgresTraceLog(self.followers, writer, self.hub, window_s=0.001, heartbeat_s=NEVER_S)

    @property
    def reads(self) -> int:
        """How many reads of followers have been answered."""
        return self.followers.answered

    async def add(self, id: str, first: int, last: int, *, terminal: bool = False) -> None:
        """Store events as another process does."""
        await self.database.pool.execute(ADD, id, first, last, terminal)

    async def channel(self, id: str, last: int) -> Channel:
        """Return the channel once it knows of an event."""
        (channel,) = [channel for channel in self.hub.followed() if channel.execution_id == id]
        await until(lambda: channel.last >= last)
        return channel


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A house that looks only when it is poked."""
    house = House(database, NEVER_S)
    house.news.start()
    yield house
    await house.news.stop()


@pytest.fixture
async def looking(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house that looks at everything all the time."""
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    house = House(database, 0.02)
    house.news.start()
    yield house
    await house.news.stop()


async def until(condition: Any) -> None:
    """Wait."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def follow(house: House, id: str, after: int = 0) -> "asyncio.Task[list[int]]":
    """Follow to the end."""

    async def read() -> list[int]:
        batches: AsyncIterator[Sequence[Frame]] = house.log.follow(id, after)
        return [frame.seq async for batch in batches for frame in batch]

    return asyncio.create_task(read())


async def test_a_poke_brings_the_news_to_all_followers_with_one_question(house: House) -> None:
    id = await add_execution(house.database)
    followers = [follow(house, id) for _ in range(50)]
    await until(lambda: house.reads == 50)
    await house.add(id, 2, 5)
    house.hub.poke(id)
    await house.channel(id, 5)
    assert house.pool.fetches == 1
    await house.add(id, 6, 6, terminal=True)
    house.hub.poke(id)
    assert await asyncio.gather(*followers) == [[1, 2, 3, 4, 5, 6]] * 50
    assert house.pool.fetches == 2
    assert house.reads == 50


async def test_a_poke_that_comes_while_a_follower_reads_is_not_lost(house: House) -> None:
    """The table is asked for what the channel does not know, whatever its followers are about."""
    id = await add_execution(house.database)
    channel = house.hub.join(id)
    await house.add(id, 2, 2)
    house.hub.poke(id)
    await until(lambda: channel.last == 2)
    channel.reach(1)
    assert [frame.seq for frame in channel.after(0) or []] == [1, 2]


async def test_more_than_a_page_is_read_to_its_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 4)
    id = await add_execution(house.database)
    follower = follow(house, id)
    await until(lambda: house.hub.followers == 1)
    await house.add(id, 2, 30, terminal=True)
    house.hub.poke(id)
    assert await follower == list(range(1, 31))


async def test_without_any_news_everything_is_found_by_looking(looking: House) -> None:
    ids = [await add_execution(looking.database) for _ in range(5)]
    followers = [follow(looking, id) for id in ids for _ in range(3)]
    await until(lambda: looking.hub.followers == 15)
    for last in (2, 3, 4):
        for id in ids:
            await looking.add(id, last, last, terminal=last == 4)
        await asyncio.sleep(0.01)
    assert await asyncio.gather(*followers) == [[1, 2, 3, 4]] * 15


async def test_idle_followers_cost_one_question_a_round_however_many_they_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await add_execution(house.database) for _ in range(20)]
    for id in ids:
        house.hub.join(id).reach(1)
    await house.news._look_at_all()  # pyright: ignore[reportPrivateUsage]
    assert house.pool.fetches == 1
    monkeypatch.setattr(module, "AT_ONCE", 7)
    await house.news._look_at_all()  # pyright: ignore[reportPrivateUsage]
    assert house.pool.fetches == 4


async def test_a_log_that_was_removed_ends(looking: House) -> None:
    id = await add_execution(looking.database)
    follower = follow(looking, id)
    await until(lambda: looking.hub.followers == 1 and looking.hub.followed()[0].last == 1)
    await looking.database.pool.execute("DELETE FROM run_events WHERE execution_id = $1", id)
    await looking.database.pool.execute("DELETE FROM runs WHERE id = $1", id)
    assert await follower == [1]


async def test_a_database_that_was_away_is_asked_for_everything_when_it_is_back(looking: House) -> None:
    id = await add_execution(looking.database)
    follower = follow(looking, id)
    await until(lambda: looking.hub.followers == 1 and looking.hub.followed()[0].last == 1)
    looking.pool.away = True
    before = looking.pool.fetches
    await looking.add(id, 2, 3, terminal=True)
    looking.hub.poke_all()
    await until(lambda: looking.pool.fetches > before + 2)
    assert not follower.done()
    looking.pool.away = False
    assert await follower == [1, 2, 3]


async def test_degraded_news_are_made_up_for_by_looking_more_often(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_S", 0.02)
    id = await add_execution(house.database)
    follower = follow(house, id)
    await until(lambda: house.hub.followers == 1 and house.hub.followed()[0].last == 1)
    house.degraded = True
    await house.add(id, 2, 2, terminal=True)
    assert await follower == [1, 2]
