"""Stored trace events for followers in other processes: Redis pub/sub, one connection per process to hear.

After the commit the writer's process publishes the frames; a process subscribes to the executions that are followed
in it. A lost message costs latency, never an event: the hub's readers look at the table when something is missing.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from dynagent.core.runs import Frame
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.redis.cluster import NewsServer
from dynagent.infrastructure.trace.hub import TraceHub

log = structlog.get_logger()

PREFIX = b"dynagent:trace:"
MAX_QUEUE = 10_000
RECONNECT_S = 0.5
CHECK_S = 15.0


class RedisTraceFanout:
    """Publishes this process's frames and feeds the hub with those of others, over the `server` that is used now."""

    def __init__(self, server: NewsServer, hub: TraceHub, *, on_gap: Callable[[], None]) -> None:
        self._server = server
        self._hub = hub
        self._on_gap = on_gap
        self._outgoing: asyncio.Queue[tuple[str, Sequence[Frame]]] = asyncio.Queue(MAX_QUEUE)
        self._wanted: set[str] = set()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.healthy = False

    async def start(self) -> None:
        """Begin to publish and to listen."""
        self._hub.on_join = self._join
        self._hub.on_leave = self._leave
        self._tasks = [
            asyncio.create_task(self._publish_forever(), name="trace-publisher"),
            asyncio.create_task(self._listen_forever(), name="trace-subscriber"),
        ]

    async def stop(self) -> None:
        """Stop both."""
        await end_tasks(self._tasks)
        await self._server.close()

    def publish(self, execution_id: str, frames: Sequence[Frame]) -> None:
        """Queue stored frames for the other processes; when the queue is full they are dropped (the table has them)."""
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((execution_id, frames))

    def _join(self, execution_id: str) -> None:
        self._wanted.add(execution_id)
        self._changed.set()

    def _leave(self, execution_id: str) -> None:
        self._wanted.discard(execution_id)
        self._changed.set()

    async def _publish_forever(self) -> None:
        while True:
            batch = [await self._outgoing.get()]
            while not self._outgoing.empty() and len(batch) < 500:
                batch.append(self._outgoing.get_nowait())
            # Once more, for a connection that the server had closed meanwhile. Then it is the readers' turn, who fall
            # back to the table; the listening side tells it once.
            if not (await self._publish(batch) or await self._publish(batch)):
                await asyncio.sleep(RECONNECT_S)

    async def _publish(self, batch: Sequence[tuple[str, Sequence[Frame]]]) -> bool:
        try:
            redis = await self._server.redis()
            async with redis.pipeline(transaction=False) as pipeline:
                for execution_id, frames in batch:
                    pipeline.publish(_channel(execution_id), pack(frames))  # pyright: ignore[reportUnknownMemberType]
                await pipeline.execute()
        except Exception:
            # Whatever a client says whose connection breaks.
            await self._server.turn_away()
            return False
        return True

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:
                if self.healthy:
                    log.warning("trace_fanout_away", error=repr(error), consequence="followers read the table")
                self.healthy = False
                await self._server.turn_away()
                await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        redis = await self._server.redis()
        async with redis.pubsub() as pubsub:  # pyright: ignore[reportUnknownMemberType]
            # Subscribed to something always, so that reading has a connection to wait on.
            await pubsub.subscribe(PREFIX)
            subscribed: set[str] = set()
            if not self.healthy:
                self.healthy = True
                self._on_gap()
            reader = asyncio.create_task(self._read(pubsub))
            try:
                while not reader.done():
                    subscribed = await self._follow_wishes(pubsub, subscribed)
                    waiting = asyncio.create_task(self._changed.wait())
                    await asyncio.wait({waiting, reader}, return_when=asyncio.FIRST_COMPLETED)
                    waiting.cancel()
                await reader
            finally:
                await end_tasks([reader])

    async def _follow_wishes(self, pubsub: Any, subscribed: set[str]) -> set[str]:
        self._changed.clear()
        wanted = set(self._wanted)
        if new := wanted - subscribed:
            await pubsub.subscribe(*(_channel(execution_id) for execution_id in new))
            # What was published before the subscription took hold stands in the table.
            for execution_id in new:
                self._hub.poke(execution_id)
        if old := subscribed - wanted:
            await pubsub.unsubscribe(*(_channel(execution_id) for execution_id in old))
        return wanted

    async def _read(self, pubsub: Any) -> None:
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=CHECK_S)
            if message is not None and message["channel"] != PREFIX:
                self._hub.publish(message["channel"].removeprefix(PREFIX).decode(), unpack(message["data"]))


def pack(frames: Sequence[Frame]) -> bytes:
    """Return frames as lines `<seq> <0|1> <payload>`; a JSON payload has no line breaks of its own."""
    return b"\n".join(b"%d %d %b" % (frame.seq, frame.terminal, frame.payload) for frame in frames)


def unpack(data: bytes) -> list[Frame]:
    """Return the frames of a packed message."""
    frames: list[Frame] = []
    for line in data.split(b"\n"):
        seq, terminal, payload = line.split(b" ", 2)
        frames.append(Frame(int(seq), payload, terminal == b"1"))
    return frames


def _channel(execution_id: str) -> bytes:
    return PREFIX + execution_id.encode()
