"""Followers in another process get stored frames through Redis; a lost Redis only makes them ask the table."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.runs import Frame
from dynagent.infrastructure.redis.client import connect, news_server
from dynagent.infrastructure.redis.settings import RedisSettings
from dynagent.infrastructure.redis.trace_fanout import RedisTraceFanout, pack, unpack
from dynagent.infrastructure.trace.hub import TraceHub


class Process:
    """A process with a hub and its fan-out."""

    def __init__(self, settings: RedisSettings) -> None:
        self.redis = connect(settings)
        self.hub = TraceHub()
        self.gaps = 0
        self.server = news_server(self.redis, settings)
        self.fanout = RedisTraceFanout(self.server, self.hub, on_gap=self._gap)

    def _gap(self) -> None:
        self.gaps += 1

    async def stop(self) -> None:
        await self.fanout.stop()
        await self.redis.aclose()


@pytest.fixture
async def processes(redis_url: str) -> AsyncIterator[list[Process]]:
    made = [Process(RedisSettings(url=redis_url)) for _ in range(2)]
    for process in made:
        await process.fanout.start()
    await until(lambda: all(process.fanout.healthy for process in made))
    yield made
    for process in made:
        await process.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def frame(seq: int, payload: bytes = b'{"a":1}', terminal: bool = False) -> Frame:
    return Frame(seq, payload, terminal)


async def test_frames_reach_the_followers_of_another_process(processes: list[Process]) -> None:
    here, there = processes
    channel = there.hub.join("x")
    for seq in range(1, 200):
        here.fanout.publish("x", [frame(seq, terminal=seq == 199)])
        if not channel.last:
            await asyncio.sleep(0.005)
    await until(lambda: channel.last == 199)
    assert channel.after(198) == [frame(199, terminal=True)]


async def test_a_process_hears_only_what_is_followed_in_it(processes: list[Process]) -> None:
    here, there = processes
    channel = there.hub.join("x")
    while not channel.last:
        here.fanout.publish("y", [frame(1, b"other")])
        here.fanout.publish("x", [frame(1)])
        await asyncio.sleep(0.01)
    assert channel.after(0) == [frame(1)]
    assert there.hub.followed() == [channel]


async def test_a_lost_connection_comes_back_and_followers_are_told_to_look(processes: list[Process]) -> None:
    here, there = processes
    before = there.gaps
    await here.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: there.gaps > before)
    channel = there.hub.join("x")
    while not channel.last:
        here.fanout.publish("x", [frame(1)])
        await asyncio.sleep(0.01)


async def test_without_redis_publishing_is_a_matter_of_dropping() -> None:
    process = Process(RedisSettings(url="redis://127.0.0.1:1/0"))
    await process.fanout.start()
    for seq in range(20_000):
        process.fanout.publish("x", [frame(seq)])
    await asyncio.sleep(0.05)
    assert process.fanout.healthy is False
    await process.stop()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**31),
            st.binary(min_size=1).filter(lambda data: b"\n" not in data),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_packed_is_unpacked(rows: list[tuple[int, bytes, bool]]) -> None:
    frames = [Frame(seq, payload, terminal) for seq, payload, terminal in rows]
    assert unpack(pack(frames)) == frames
