"""The hub: hands stored events of live executions to the followers in this process."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from dynagent.core.runs import Frame

RING_FRAMES = 2048
RING_BYTES = 512 * 1024
MOST_OPENED = 1024
"""Executions whose first event is kept for whoever follows them from the start, in the moment after they were begun."""


class Channel:
    """What the followers of one execution share: a bounded ring of its latest frames, and a way to be woken.

    `last` is the highest seq known to be stored; `over` says that nothing will follow.
    """

    __slots__ = ("_bytes", "_ring", "_waiters", "execution_id", "followers", "last", "over")

    def __init__(self, execution_id: str = "") -> None:
        self.execution_id = execution_id
        self.followers = 0
        self.last = 0
        self.over = False
        self._ring: deque[Frame] = deque()
        self._bytes = 0
        self._waiters: set[asyncio.Future[bool]] = set()

    def push(self, frames: Sequence[Frame]) -> None:
        """Add stored frames in order and wake everybody; a jump in seq empties the ring first (the table has them)."""
        frames = [frame for frame in frames if frame.seq > self.last]
        if not frames:
            return
        if frames[0].seq != self.last + 1:
            self._empty()
        for frame in frames:
            self._ring.append(frame)
            self._bytes += len(frame.payload)
        self.last = frames[-1].seq
        while len(self._ring) > RING_FRAMES or self._bytes > RING_BYTES:
            self._bytes -= len(self._ring.popleft().payload)
        self._wake()

    def reach(self, seq: int) -> None:
        """Note that the table was seen to hold everything up to a seq: a follower that is behind reads it there."""
        if seq > self.last:
            self._empty()
            self.last = seq
            self._wake()

    def end(self) -> None:
        """Note that nothing will follow."""
        self.over = True
        self._wake()

    def after(self, seq: int) -> list[Frame] | None:
        """Return the frames after a seq, empty when there are none yet, None when the ring does not reach back."""
        if self.last <= seq:
            return []
        if not self._ring or self._ring[0].seq > seq + 1:
            return None
        return [self._ring[index] for index in range(seq + 1 - self._ring[0].seq, len(self._ring))]

    async def wait(self, timeout_s: float) -> bool:
        """Wait until there is something to look at (True) or the time is over (False)."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.add(waiter)
        timer = loop.call_later(timeout_s, _give_up, waiter)
        try:
            return await waiter
        finally:
            timer.cancel()
            self._waiters.discard(waiter)

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(True)

    def _empty(self) -> None:
        self._ring.clear()
        self._bytes = 0


class TraceHub:
    """The channels of all executions that somebody in this process follows."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._poked: set[str] = set()
        self._opened: dict[str, Frame] = {}
        self.followers = 0
        self.ring_hits = 0
        self.ring_misses = 0
        self.on_join: Callable[[str], None] = _ignore
        self.on_leave: Callable[[str], None] = _ignore
        self.on_poke: Callable[[], None] = _do_nothing

    def join(self, execution_id: str) -> Channel:
        """Follow an execution: everything published from now on reaches the channel, until `leave`."""
        channel = self._channels.get(execution_id)
        if channel is None:
            channel = self._channels[execution_id] = Channel(execution_id)
            opening = self._opened.pop(execution_id, None)
            if opening is not None:
                channel.push([opening])
            self.on_join(execution_id)
        channel.followers += 1
        self.followers += 1
        return channel

    def leave(self, channel: Channel) -> None:
        """End a `join`."""
        channel.followers -= 1
        self.followers -= 1
        if not channel.followers:
            del self._channels[channel.execution_id]
            self._poked.discard(channel.execution_id)
            self.on_leave(channel.execution_id)

    def opened(self, execution_id: str, opening: Frame) -> None:
        """Hand over the first event of an execution just stored: who follows it next need not ask the table for it.

        It is kept until something else of the execution is published, for the latest `MOST_OPENED` executions.
        """
        self._opened[execution_id] = opening
        if len(self._opened) > MOST_OPENED:
            del self._opened[next(iter(self._opened))]

    def publish(self, execution_id: str, frames: Sequence[Frame]) -> None:
        """Hand over frames that are stored; without followers nothing is kept."""
        channel = self._channels.get(execution_id)
        if channel is not None:
            channel.push(frames)
        else:
            self._opened.pop(execution_id, None)

    def poke(self, execution_id: str) -> None:
        """Say that the table may have something new of an execution: whoever serves `on_poke` looks, once for all."""
        if execution_id in self._channels:
            self._poked.add(execution_id)
            self.on_poke()

    def poke_all(self) -> None:
        """Say so of every followed execution: after the way events come in was interrupted."""
        self._poked.update(self._channels)
        self.on_poke()

    def take_poked(self) -> list[Channel]:
        """Return the channels that were poked since the last call and are still followed."""
        poked, self._poked = self._poked, set()
        return [self._channels[execution_id] for execution_id in poked if execution_id in self._channels]

    def followed(self) -> list[Channel]:
        """Return the channels that are followed here."""
        return list(self._channels.values())


def _give_up(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(False)


def _ignore(_execution_id: str) -> None:
    """Nobody outside this process needs to know."""


def _do_nothing() -> None:
    """Nobody looks at the table."""
