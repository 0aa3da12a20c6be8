"""One HTTP/1.1 connection: a request at a time, timers instead of tasks."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple, cast

import httptools

from dynagent.core.language_models import ModelTimeout

if TYPE_CHECKING:
    from dynagent.infrastructure.llm.http_pool import Sink


class ConnectionBroken(Exception):
    """The connection ended before the response did; `started` says whether any of it had come."""

    def __init__(self, *, started: bool) -> None:
        super().__init__("connection broken")
        self.started = started


class Patience(NamedTuple):
    """How long an exchange may take: until `deadline` (the loop's time), and `idle_s` seconds of silence."""

    deadline: float
    idle_s: float


class Connection(asyncio.Protocol):
    """A client connection. `reusable` between exchanges while both sides keep it open."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.reusable = True
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._done: asyncio.Future[None] | None = None

    async def exchange(self, request: bytes, sink: "Sink", patience: Patience) -> None:
        """Send the request, hand the response to `sink`, return when it is complete.

        Raises ModelTimeout when patience ends, ConnectionBroken, and what the sink raises; in these cases, and when
        cancelled, the connection is closed.
        """
        if self._transport is None or self._transport.is_closing():
            self.close()
            raise ConnectionBroken(started=False)
        self._sink = sink
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._started = False
        self._patience = patience
        self._heard = self.loop.time()
        self._done = self.loop.create_future()
        self._watch()
        self._transport.write(request)
        try:
            await self._done
        except BaseException:
            self.close()
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None
            self._done = None

    def close(self) -> None:
        """Close at once."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse; the parser calls the methods below."""
        if self._done is None or self._done.done():
            return self.close()
        self._started = True
        self._heard = self.loop.time()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            self._end(error.__context__ or error)
        except httptools.HttpParserError:
            self._end(ConnectionBroken(started=True))
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """A response without length ends with its connection; any other is broken off."""
        self.reusable = False
        if self._done is not None and not self._done.done():
            unbounded = self._started and not {"content-length", "transfer-encoding"} & self._headers.keys()
            self._end(None if unbounded and exc is None and self._headers else ConnectionBroken(started=self._started))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A head begins, perhaps after an interim one."""
        self._headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Tell the sink, unless the head is an interim one (100 Continue, 103 Early Hints)."""
        if self._parser.get_status_code() >= 200:
            self._sink.on_head(self._parser.get_status_code(), self._headers)

    def on_body(self, body: bytes) -> None:
        """Hand a piece on."""
        open_s = self._sink.on_body(body)
        if open_s is not None:
            if self._rest is not None:
                self._rest.cancel()
            self._rest = self.loop.call_later(open_s, self._settle)

    def on_message_complete(self) -> None:
        """The response is whole."""
        if self._parser.get_status_code() >= 200:
            self.reusable = self._parser.should_keep_alive()
            self._end(None)
            if not self.reusable:
                self.close()

    def _settle(self) -> None:
        """What was asked for is there, only the other side does not end: this connection is not used again."""
        self._end(None)
        self.close()

    def _end(self, error: BaseException | None) -> None:
        if self._done is None or self._done.done():
            return
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)

    def _watch(self) -> None:
        """Look again when the next of the two limits could be reached; one timer, not one for each piece."""
        now, silent = self.loop.time(), self._heard + self._patience.idle_s
        if now >= self._patience.deadline:
            return self._end(ModelTimeout("the model's reply took longer than its time limit"))
        if now >= silent:
            return self._end(ModelTimeout(f"the model was silent for {self._patience.idle_s:g} s"))
        self._timer = self.loop.call_at(min(self._patience.deadline, silent), self._watch)
        return None
