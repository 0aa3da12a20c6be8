"""The hub: hands stored events of live executions to the followers in this process."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from dynagent.core.executions import Frame

RING_FRAMES = 2048
RING_BYTES = 512 * 1024


class Channel:
    """What the followers of one execution share: a bounded ring of its latest frames, and a way to be woken."""

    def __init__(self) -> None:
        self.followers = 0
        self._ring: deque[Frame] = deque()
        self._bytes = 0
        self._waiters: list[asyncio.Future[bool]] = []

    def push(self, frames: Sequence[Frame]) -> None:
        """Add stored frames in order and wake everybody; a jump in seq empties the ring first (the table has them)."""
        if self._ring:
            last = self._ring[-1].seq
            frames = [frame for frame in frames if frame.seq > last]
            if frames and frames[0].seq != last + 1:
                self._ring.clear()
                self._bytes = 0
        for frame in frames:
            self._ring.append(frame)
            self._bytes += len(frame.payload)
        while len(self._ring) > RING_FRAMES or self._bytes > RING_BYTES:
            self._bytes -= len(self._ring.popleft().payload)
        self.wake()

    def after(self, seq: int) -> list[Frame] | None:
        """Return the frames after a seq, empty when there are none yet, None when the ring does not reach back."""
        if not self._ring or self._ring[-1].seq <= seq:
            return []
        first = self._ring[0].seq
        if first > seq + 1:
            return None
        return [self._ring[index] for index in range(seq + 1 - first, len(self._ring))]

    def wake(self) -> None:
        """Let every waiting follower look again."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(True)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until something is pushed (True) or the time is over (False)."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.append(waiter)
        timer = loop.call_later(timeout_s, _give_up, waiter)
        try:
            return await waiter
        finally:
            timer.cancel()
            if waiter in self._waiters:
                self._waiters.remove(waiter)


class TraceHub:
    """The channels of all executions that somebody in this process follows."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self.followers = 0
        self.ring_hits = 0
        self.ring_misses = 0
        self.on_join: Callable[[str], None] = _ignore
        self.on_leave: Callable[[str], None] = _ignore

    @contextmanager
    def join(self, execution_id: str) -> Generator[Channel]:
        """Follow an execution: everything published from now on reaches the channel, until the context ends."""
        channel = self._channels.get(execution_id)
        if channel is None:
            channel = self._channels[execution_id] = Channel()
            self.on_join(execution_id)
        channel.followers += 1
        self.followers += 1
        try:
            yield channel
        finally:
            channel.followers -= 1
            self.followers -= 1
            if not channel.followers:
                del self._channels[execution_id]
                self.on_leave(execution_id)

    def publish(self, execution_id: str, frames: Sequence[Frame]) -> None:
        """Hand over frames that are stored; without followers nothing is kept."""
        channel = self._channels.get(execution_id)
        if channel is not None:
            channel.push(frames)

    def poke(self, execution_id: str) -> None:
        """Say that the table has something new, for messages that carry no frames."""
        channel = self._channels.get(execution_id)
        if channel is not None:
            channel.wake()

    def followed(self) -> list[str]:
        """Return the ids of the executions that are followed here."""
        return list(self._channels)

    def wake_all(self) -> None:
        """Let every follower look at the table: after the way events come in was interrupted."""
        for channel in list(self._channels.values()):
            channel.wake()


def _give_up(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(False)


def _ignore(_execution_id: str) -> None:
    """Nobody outside this process needs to know."""
