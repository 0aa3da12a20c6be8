"""The hub never shows a frame twice, never out of order, and says when its ring does not reach back."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.executions import Frame
from dynagent.infrastructure.memory import trace_hub
from dynagent.infrastructure.memory.trace_hub import Channel, TraceHub


def frames(first: int, last: int, size: int = 10) -> list[Frame]:
    return [Frame(seq, b"x" * size, terminal=False) for seq in range(first, last + 1)]


def seqs(found: list[Frame] | None) -> list[int] | None:
    return None if found is None else [frame.seq for frame in found]


def test_a_channel_serves_what_comes_after_the_cursor() -> None:
    channel = Channel()
    channel.push(frames(4, 6))
    assert seqs(channel.after(3)) == [4, 5, 6]
    assert seqs(channel.after(5)) == [6]
    assert seqs(channel.after(6)) == []
    assert seqs(channel.after(9)) == []


def test_a_cursor_before_the_ring_is_sent_to_the_table() -> None:
    channel = Channel()
    channel.push(frames(4, 6))
    assert channel.after(2) is None


def test_frames_pushed_again_are_dropped() -> None:
    channel = Channel()
    channel.push(frames(1, 3))
    channel.push(frames(2, 5))
    assert seqs(channel.after(0)) == [1, 2, 3, 4, 5]


def test_a_jump_empties_the_ring() -> None:
    channel = Channel()
    channel.push(frames(1, 3))
    channel.push(frames(7, 8))
    assert channel.after(3) is None
    assert seqs(channel.after(6)) == [7, 8]


def test_the_ring_is_bounded_in_frames_and_bytes() -> None:
    channel = Channel()
    channel.push(frames(1, trace_hub.RING_FRAMES + 5))
    assert channel.after(0) is None
    heavy = Channel()
    heavy.push(frames(1, 4, size=trace_hub.RING_BYTES // 3))
    assert heavy.after(0) is None
    assert seqs(heavy.after(1)) == [2, 3, 4]


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6)), max_size=12), st.integers(0, 30))
def test_a_channel_never_skips_and_never_repeats(pushes: list[tuple[int, int]], cursor: int) -> None:
    channel = Channel()
    for first, count in pushes:
        channel.push(frames(first, first + count - 1))
    found = seqs(channel.after(cursor))
    if found:
        assert found == list(range(cursor + 1, cursor + 1 + len(found)))


async def test_a_waiting_follower_is_woken_by_a_push_and_by_a_poke() -> None:
    hub = TraceHub()
    with hub.join("a") as channel:
        waiting = asyncio.create_task(channel.wait(60))
        await asyncio.sleep(0)
        hub.publish("a", frames(1, 1))
        assert await waiting is True
        waiting = asyncio.create_task(channel.wait(60))
        await asyncio.sleep(0)
        hub.poke("a")
        assert await waiting is True
        assert await channel.wait(0.001) is False


async def test_nothing_is_kept_for_executions_that_nobody_follows() -> None:
    hub = TraceHub()
    hub.publish("a", frames(1, 3))
    hub.poke("a")
    with hub.join("a") as channel, hub.join("a") as same:
        assert channel is same
        assert channel.after(0) == []
        assert hub.followed() == ["a"]
        assert hub.followers == 2
        hub.wake_all()
    assert hub.followed() == []
    assert hub.followers == 0


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    channel = Channel()
    waiting = asyncio.create_task(channel.wait(60))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    channel.push(frames(1, 1))
    assert seqs(channel.after(0)) == [1]
