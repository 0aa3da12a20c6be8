"""The server's side of one connection: a request has a time to arrive in, and an answer has to be taken by somebody.

Both are bounded before anybody is asked who they are, since a half-sent request or an unread answer costs memory.
"""

import asyncio
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

REQUEST_TIMEOUT_S = 30.0
"""For the head and the body of one request; a megabyte takes that long at 35 kB/s."""
UNREAD_TIMEOUT_S = 60.0
"""How long a client may take nothing of an answer that waits for it."""

_TOO_MANY = b"""HTTP/1.1 503 Service Unavailable\r
content-type: text/plain; charset=utf-8\r
content-length: 46\r
retry-after: 5\r
connection: close\r
\r
too many connections are open; try again later"""
_TOO_SLOW = b"""HTTP/1.1 408 Request Timeout\r
content-type: text/plain; charset=utf-8\r
content-length: 34\r
connection: close\r
\r
the request did not arrive in time"""


class Connection(HttpToolsProtocol):
    """uvicorn's connection with two time limits, and a limit of how many there may be."""

    most_open: int | None = None

    request_timeout_s = REQUEST_TIMEOUT_S
    unread_timeout_s = UNREAD_TIMEOUT_S

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._arriving: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; the first request has its time from here on."""
        super().connection_made(transport)
        if self.most_open is not None and len(self.connections) > self.most_open:
            transport.write(_TOO_MANY)
            transport.close()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._request_is_here()
        self._answer_is_taken()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins: it has its time from its first byte on."""
        super().on_message_begin()
        self._expect_request()

    def on_headers_complete(self) -> None:
        """A head is here. Refuses (400) a target that names another host than the Host header."""
        if not self.url.startswith(b"/"):
            named = httptools.parse_url(self.url)
            target = (named.host or b"") + (b":%d" % named.port if named.port else b"")
            hosts = [value.lower() for name, value in self.headers if name == b"host"]
            if named.userinfo or (named.host and hosts != [target.lower()]):
                raise ValueError("the target names another host than the Host header")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is here as a whole."""
        self._request_is_here()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to its socket, which has no time limits of requests."""
        self._request_is_here()
        self._answer_is_taken()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """The client is behind by more than the system's buffers hold."""
        super().pause_writing()
        self._watch_answer()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._answer_is_taken()
        super().resume_writing()

    def _expect_request(self) -> None:
        self._request_is_here()
        self._arriving = self.loop.call_later(self.request_timeout_s, self._too_slow)

    def _request_is_here(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _too_slow(self) -> None:
        self._arriving = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            # It is we who do not read: an earlier answer is still going out, or the body is looked at later.
            self._expect_request()
            return
        # uvicorn sets the cycle with the first complete head, whatever its annotation says.
        cycle = cast(RequestResponseCycle | None, self.cycle)
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _watch_answer(self) -> None:
        self._answer_is_taken()
        self._unread = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self.unread_timeout_s, self._untaken)

    def _answer_is_taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _untaken(self) -> None:
        self._taking = None
        if self.transport.get_write_buffer_size() < self._unread:
            self._watch_answer()
        else:
            # Closing would wait for the client to take the rest.
            self.transport.abort()


def connection_of(most_open: int) -> type[Connection]:
    """Return the class of a server's connections, of which it may have so many at once."""
    return type("LimitedConnection", (Connection,), {"most_open": most_open})
