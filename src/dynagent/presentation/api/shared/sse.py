"""Server-sent events of traces: frames, resuming by `Last-Event-ID`, heartbeats, and an end that is always told.

A bare ASGI response: stored bytes go out as they are, a whole batch in one chunk, and nothing is held but a cursor.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Response
from starlette.types import Receive, Scope, Send

from dynagent.core.executions import Frame, MalformedEventId
from dynagent.core.shared.tasks import end_tasks

log = structlog.get_logger(__name__)

MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}
HEARTBEAT = b": still here\n\n"

_EVENT_ID = re.compile(r"(?:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}):)?([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class LastEventId:
    """Where a client stopped reading: the seq, and the execution when the id named it."""

    seq: int
    execution_id: str | None = None


def read_last_event_id(text: str | None) -> LastEventId | None:
    """Return what a `Last-Event-ID` says; None for absent, empty and `-1`: from the start.

    Raises MalformedEventId unless it is `<execution_id>:<seq>` or `<seq>`.
    """
    text = (text or "").strip()
    if text in ("", "-1"):
        return None
    match = _EVENT_ID.fullmatch(text)
    if match is None:
        raise MalformedEventId("Last-Event-ID: expected <execution_id>:<seq>, as in the id: lines of the stream")
    return LastEventId(int(match[2]), match[1].lower() if match[1] else None)


class StreamShutdown:
    """Tells all open streams of this process that the server stops. `begin` is called once, on the event loop."""

    def __init__(self) -> None:
        self._begun = False
        self._watchers: set[asyncio.Future[None]] = set()

    @property
    def begun(self) -> bool:
        """Whether the server is stopping."""
        return self._begun

    def begin(self) -> None:
        """End every open stream with a hint to come back; later streams end at once."""
        self._begun = True
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    @contextmanager
    def watch(self) -> Generator[asyncio.Future[None]]:
        """Give a future that is done when the server stops."""
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._begun:
            watcher.set_result(None)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            watcher.cancel()


@dataclass(frozen=True, slots=True)
class Streams:
    """How this application streams: what ends its streams, and after how many milliseconds clients come back."""

    shutdown: StreamShutdown
    retry_ms: int

    def open(self, execution_id: str, batches: AsyncIterator[Sequence[Frame]]) -> "TraceStream":
        """Return the response that streams an execution's batches."""
        return TraceStream(execution_id, batches, self.shutdown, retry_ms=self.retry_ms)


class TraceStream(Response):
    """The stream of one execution. Ends after the log's last event, when the client leaves, when the server stops."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        execution_id: str,
        batches: AsyncIterator[Sequence[Frame]],
        shutdown: StreamShutdown,
        *,
        retry_ms: int,
    ) -> None:
        super().__init__(headers={**HEADERS, "X-Execution-ID": execution_id})
        del self.headers["content-length"]
        self._prefix = b"id: " + execution_id.encode() + b":"
        self._batches = batches
        self._shutdown = shutdown
        self._hint = b"retry: %d\n\n" % retry_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send(_chunk(self._hint))
        pump = asyncio.ensure_future(self._pump(send))
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            with self._shutdown.watch() as closing:
                await asyncio.wait({pump, gone, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_tasks((pump, gone))
        if pump.cancelled() or pump.exception() is not None:
            await send(_chunk(b": the rest follows, come back with the last id\n" + self._hint))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send) -> None:
        try:
            async for frames in self._batches:
                await send(_chunk(self._encoded(frames)))
                # A log that is read from memory never waits: give others their turn, and cancelling a chance.
                await asyncio.sleep(0)
        except Exception as error:
            # Bytes are out already, so no problem document: the client comes back with its last id.
            log.error("stream_failed", exc_info=error)
            raise
        finally:
            await _close(self._batches)

    def _encoded(self, frames: Sequence[Frame]) -> bytes:
        if not frames:
            return HEARTBEAT
        prefix = self._prefix
        return b"".join(b"%b%d\ndata: %b\n\n" % (prefix, frame.seq, frame.payload) for frame in frames)


def _chunk(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _close(batches: AsyncIterator[Sequence[Frame]]) -> None:
    close = getattr(batches, "aclose", None)
    if close is not None:
        await close()
