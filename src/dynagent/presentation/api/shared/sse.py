"""Server-sent events of traces: frames, resuming by `Last-Event-ID`, heartbeats, and an end that is always told.

A bare ASGI response: stored bytes go out as they are, a whole batch in one chunk, and nothing is held but a cursor.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dynagent.application.queries.executions import NothingFollows
from dynagent.core.runs import Frame
from dynagent.core.shared.tasks import end_tasks

log = structlog.get_logger(__name__)

MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}
HEARTBEAT = b": still here\n"
"""A comment line of the event that comes next: with an empty line behind it some readers make an empty event of it."""
SLICE_BYTES = 128 * 1024
"""What is handed on at once: the next slice is made when the client has taken what came before."""
_HOSTED = "dynagent.hosted_stream"
_STAYS = frozenset({"type", "path", "method", "route", "client"})


class StreamShutdown:
    """Tells all open streams of this process that the server stops. `begin` is called once, on the event loop."""

    def __init__(self) -> None:
        self._begun = False
        self._callbacks: set[Callable[[], None]] = set()

    @property
    def begun(self) -> bool:
        """Whether the server is stopping."""
        return self._begun

    def begin(self) -> None:
        """End every open stream with a hint to come back; later streams end at once."""
        self._begun = True
        for callback in list(self._callbacks):
            callback()

    def callback(self, on_stop: Callable[[], None]) -> None:
        """Call `on_stop` when the server stops, at once when it is stopping; until `forget`."""
        self._callbacks.add(on_stop)
        if self._begun:
            on_stop()

    def forget(self, on_stop: Callable[[], None]) -> None:
        """End a `tell`."""
        self._callbacks.discard(on_stop)

    @contextmanager
    def watch(self) -> Generator[asyncio.Future[None]]:
        """Give a future that is done when the server stops."""
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def stop() -> None:
            if not watcher.done():
                watcher.set_result(None)

        self.callback(stop)
        try:
            yield watcher
        finally:
            self.forget(stop)
            watcher.cancel()


@dataclass(frozen=True, slots=True)
class Streams:
    """How this application streams: what ends its streams, and after how many milliseconds clients come back."""

    shutdown: StreamShutdown
    retry_ms: int

    def open(self, execution_id: str, batches: AsyncIterator[Sequence[Frame]]) -> Response:
        """Return the response that streams an execution's batches; 204, which ends coming back, when none follow."""
        if isinstance(batches, NothingFollows):
            return Response(status_code=204, headers={"X-Execution-ID": execution_id})
        return TraceStream(execution_id, batches, self.shutdown, retry_ms=self.retry_ms)

    def feed(self, batches: AsyncIterator[Sequence[Frame]]) -> "EventStream":
        """Return the response that streams what is no single execution's: ids are plain numbers, there is no end."""
        return EventStream(b"id: ", batches, self.shutdown, retry_ms=self.retry_ms)


class EventStream(Response):
    """A stream. Ends with its batches, when the client leaves, when the server stops.

    `prefix` is what stands before an event's number in its `id` line.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        prefix: bytes,
        batches: AsyncIterator[Sequence[Frame]],
        shutdown: StreamShutdown,
        *,
        retry_ms: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(headers={**HEADERS, **(headers or {})})
        del self.headers["content-length"]
        # Without an empty line: it stands in the block of the first event, since alone some readers take it for one.
        self._hint = b"retry: %d\n" % retry_ms
        self._pump = EventPump(prefix, batches, shutdown, self._hint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin the stream; go on with it here, or leave that to the keeper outside of all layers."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send(_chunk(self._hint))
        hosted: list[EventPump] | None = scope.get(_HOSTED)
        if hosted is None:
            await self._pump.run(receive, send)
        else:
            hosted.append(self._pump)


class TraceStream(EventStream):
    """The stream of one execution, to its log's last event."""

    def __init__(
        self,
        execution_id: str,
        batches: AsyncIterator[Sequence[Frame]],
        shutdown: StreamShutdown,
        *,
        retry_ms: int,
    ) -> None:
        prefix = b"id: " + execution_id.encode() + b":"
        super().__init__(prefix, batches, shutdown, retry_ms=retry_ms, headers={"X-Execution-ID": execution_id})


class StreamHost:
    """The layer around the application in which streams go on once they have begun.

    A stream lives for hours; the two dozen layers that let it in have done their part when its first bytes are out, so
    they end, and what they hold is freed. Without this layer streams work too, at twice the memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosted: list[EventPump] = []
        scope[_HOSTED] = hosted
        await self._app(scope, receive, send)
        if not hosted:
            return
        # What routing and dependencies noted down is of no use any more.
        stays = {name: scope[name] for name in _STAYS if name in scope}
        scope.clear()
        scope.update(stays)
        await hosted.pop().run(receive, send)


class EventPump:
    """Sends the batches of one execution to one client; while there is nothing to send it holds very little."""

    __slots__ = ("_batches", "_cut", "_hint", "_prefix", "_shutdown", "_stopped", "_task")

    def __init__(
        self, prefix: bytes, batches: AsyncIterator[Sequence[Frame]], shutdown: StreamShutdown, hint: bytes
    ) -> None:
        self._prefix = prefix
        self._batches = batches
        self._shutdown = shutdown
        self._hint = hint
        self._stopped = False
        self._cut = False
        self._task: asyncio.Task[Any] | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        """Send to the last event, or until the client has gone or the server stops; then end the answer."""
        self._task = asyncio.current_task()
        gone = asyncio.ensure_future(self._until_gone(receive))
        self._shutdown.callback(self._stop)
        whole = False
        try:
            whole = await self._send_all(send)
        except asyncio.CancelledError:
            # Ours, as an answer to `_stop`; anybody else's goes on its way.
            if self._task is None or not self._stopped or self._task.uncancel() > 0:
                raise
        finally:
            self._task = None
            self._shutdown.forget(self._stop)
            await end_tasks((gone,))
        if self._cut:
            # In the middle of an event: an answer without an end, or some readers take the half for a whole.
            return
        if not whole:
            await send(_chunk(b": the rest follows, come back with the last id\n" + self._hint))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, send: Send) -> bool:
        try:
            async for frames in self._batches:
                for piece in self._slices(frames):
                    await send(_chunk(piece))
                    self._cut = not piece.endswith(b"\n")
                    # A log that is read from memory never waits: give others their turn, and stopping a chance.
                    await asyncio.sleep(0)
            return True
        except Exception as error:
            # Bytes are out already, so no problem document: the client comes back with its last id.
            log.error("stream_failed", exc_info=error)
            return False
        finally:
            await close_batches(self._batches)

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stop()

    def _stop(self) -> None:
        if self._task is not None and not self._stopped:
            self._stopped = True
            self._task.cancel()

    def _slices(self, frames: Sequence[Frame]) -> Iterator[bytes]:
        """Yield the frames' bytes, a few events at a time, a large event in several pieces."""
        if not frames:
            yield HEARTBEAT
        waiting: list[bytes] = []
        size = 0
        for frame in frames:
            waiting.append(b"%b%d\ndata: %b\n\n" % (self._prefix, frame.seq, frame.payload))
            size += len(waiting[-1])
            if size >= SLICE_BYTES:
                block = b"".join(waiting)
                waiting, size = [], 0
                for start in range(0, len(block), SLICE_BYTES):
                    yield block[start : start + SLICE_BYTES]
        if waiting:
            yield b"".join(waiting)


def _chunk(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def close_batches(batches: AsyncIterator[Sequence[Frame]]) -> None:
    """End batches that nobody reads any more."""
    close = getattr(batches, "aclose", None)
    if close is not None:
        await close()
