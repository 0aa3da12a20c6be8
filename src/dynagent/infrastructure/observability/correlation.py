"""The correlation id: taken from the request or made at the edge, bound to every log line, sent back."""

import os
import re
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.core.shared.ids import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
# W3C trace context §3.2: version, trace id, parent id, flags; ids of zeros only are invalid.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Correlation:
    """The ids of a request: `correlation_id` for people and logs, the W3C trace id, our span in it, the flags."""

    correlation_id: str
    trace_id: str
    span_id: str
    flags: str

    @property
    def traceparent(self) -> str:
        """Return the W3C header that names our span as the parent of what follows."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def correlate(headers: Headers) -> Correlation:
    """Read `X-Request-ID` and `traceparent`; what is missing or malformed is made anew, never refused."""
    request_id = headers.get("x-request-id", "")
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    trace_id = parent[1] if parent else os.urandom(16).hex()
    if not _REQUEST_ID.fullmatch(request_id):
        request_id = trace_id if parent else new_id()
    return Correlation(request_id, trace_id, os.urandom(8).hex(), parent[2] if parent else "01")


def current_correlation_id() -> str | None:
    """Return the correlation id that the logs of this task carry, None without one."""
    return structlog.contextvars.get_contextvars().get("correlation_id")


class CorrelationMiddleware:
    """Binds `correlation_id`, `trace_id` and `user_id` to the logs of a request and answers with both headers.

    `user_id` is the caller of requests that nobody signed; an authentication layer inside may bind another.
    The ids are also in `scope["state"]` as `correlation`.
    """

    def __init__(self, app: ASGIApp, user_id: str | None = None) -> None:
        self._app = app
        self._user_id = user_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = correlate(Headers(scope=scope))
        scope.setdefault("state", {})["correlation"] = found

        async def send_with_ids(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = found.correlation_id
                headers["traceparent"] = found.traceparent
            await send(message)

        # One connection serves many requests in one task: what an earlier one bound must not linger.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            correlation_id=found.correlation_id, trace_id=found.trace_id, user_id=self._user_id
        )
        await self._app(scope, receive, send_with_ids)
