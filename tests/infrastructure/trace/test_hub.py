"""The hub never shows a frame twice, never out of order, and says when its ring does not reach back."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.runs import Frame
from dynagent.infrastructure.trace import hub as trace_hub
from dynagent.infrastructure.trace.hub import Channel, TraceHub


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


def test_what_the_table_was_seen_to_hold_is_read_there() -> None:
    channel = Channel()
    channel.push(frames(1, 3))
    channel.reach(5)
    assert channel.last == 5
    assert channel.after(3) is None
    assert channel.after(5) == []
    channel.push(frames(4, 6))
    assert seqs(channel.after(5)) == [6]
    channel.reach(2)
    assert channel.last == 6


async def test_a_waiting_follower_is_woken_by_whatever_there_is_to_look_at() -> None:
    hub = TraceHub()
    channel = hub.join("a")
    for happens in (lambda: hub.publish("a", frames(1, 1)), lambda: channel.reach(2), channel.end):
        waiting = asyncio.create_task(channel.wait(60))
        await asyncio.sleep(0)
        happens()
        assert await waiting is True
    assert channel.over
    assert await channel.wait(0.001) is False


async def test_what_was_known_before_wakes_nobody() -> None:
    channel = Channel()
    channel.push(frames(1, 3))
    waiting = asyncio.create_task(channel.wait(0.01))
    await asyncio.sleep(0)
    channel.push(frames(1, 3))
    channel.reach(3)
    assert await waiting is False


async def test_pokes_are_kept_until_somebody_looks() -> None:
    hub = TraceHub()
    pokes: list[None] = []
    hub.on_poke = lambda: pokes.append(None)
    here, other = hub.join("a"), hub.join("b")
    for id in ("a", "a", "elsewhere"):
        hub.poke(id)
    assert len(pokes) == 2
    assert hub.take_poked() == [here]
    assert hub.take_poked() == []
    hub.poke_all()
    hub.leave(other)
    assert hub.take_poked() == [here]


async def test_nothing_is_kept_for_executions_that_nobody_follows() -> None:
    hub = TraceHub()
    hub.publish("a", frames(1, 3))
    hub.poke("a")
    channel, same = hub.join("a"), hub.join("a")
    assert channel is same
    assert channel.after(0) == []
    assert hub.followed() == [channel]
    assert hub.followers == 2
    hub.leave(channel)
    hub.leave(same)
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


def test_whoever_follows_from_the_start_is_given_the_first_event() -> None:
    hub = TraceHub()
    hub.opened("new", frames(1, 1)[0])
    channel = hub.join("new")
    assert seqs(channel.after(0)) == [1]
    hub.leave(channel)
    assert hub.join("new").last == 0, "handed over once"


def test_an_execution_that_went_on_unwatched_is_read_from_the_table() -> None:
    hub = TraceHub()
    hub.opened("gone", frames(1, 1)[0])
    hub.publish("gone", frames(2, 5))
    assert hub.join("gone").last == 0


def test_first_events_that_nobody_asks_for_are_forgotten() -> None:
    hub = TraceHub()
    for number in range(trace_hub.MOST_OPENED + 1):
        hub.opened(str(number), frames(1, 1)[0])
    assert hub.join("0").last == 0
    assert hub.join("1").last == 1
