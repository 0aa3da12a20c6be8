"""ASGI layers around the whole application: one log line and its metrics per request, and errors that escape.

They pass every message on as it comes, so that streams stream.
"""

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.infrastructure.observability.correlation import CorrelationMiddleware
from dynagent.infrastructure.observability.metrics import Metrics

log = structlog.get_logger(__name__)

QUIET_PATHS = frozenset({"/health", "/ready", "/metrics"})
"""Asked every few seconds by machines; logged at DEBUG only."""


def observe(app: ASGIApp, metrics: Metrics, user_id: str | None = None) -> ASGIApp:
    """Return the application inside all layers, outermost first: correlation, request log, error tracking."""
    return CorrelationMiddleware(RequestLogMiddleware(ErrorTrackingMiddleware(app, metrics), metrics), user_id)


class ErrorTrackingMiddleware:
    """Logs `Request failed` with error, path, method and stack for what no handler answered, and raises it again."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        # As the client wrote it: layers inside may resolve aliases.
        path = scope.get("path", "")
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if scope["type"] == "http":
                self._metrics.http_failures.of(route_of(scope)).inc()
                log.error("Request failed", error=str(error), path=path, method=scope["method"], exc_info=error)
            raise


class RequestLogMiddleware:
    """Logs each request with status and latency and counts it by route template."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(self._metrics, send, scope["path"])
        try:
            await self._app(scope, receive, answer.send)
        finally:
            answer.closed(scope)


class _Answer:
    """What is known of one answer: when it began, its status, whether it is an event stream."""

    def __init__(self, metrics: Metrics, send: Send, path: str) -> None:
        self._metrics = metrics
        self._send = send
        self._path = path
        self._began = time.perf_counter()
        self._first_byte_s: float | None = None
        self._status = 500
        self._streaming = False

    async def send(self, message: Message) -> None:
        """Pass a message on, looking at it."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._streaming = _is_event_stream(message)
            if self._streaming:
                self._metrics.http_streams.inc()
        elif self._first_byte_s is None:
            self._first_byte_s = time.perf_counter() - self._began
        await self._send(message)

    def closed(self, scope: Scope) -> None:
        """Log and count, once the answer has ended or its client has gone."""
        seconds = time.perf_counter() - self._began
        route, method = route_of(scope), scope["method"]
        if self._streaming:
            self._metrics.http_streams.dec()
        measured = self._first_byte_s if self._streaming and self._first_byte_s is not None else seconds
        self._metrics.http_requests.of(method, route, str(self._status)).inc()
        self._metrics.http_seconds.of(method, route).observe(measured)
        fields: dict[str, Any] = {"method": method, "path": self._path, "route": route, "status": self._status}
        if self._streaming:
            fields |= {"stream": True, "first_byte_ms": round(measured * 1000, 2)}
        write = log.debug if self._path in QUIET_PATHS else log.info
        write("request", duration_ms=round(seconds * 1000, 2), **fields)


def route_of(scope: Scope) -> str:
    """Return the template of the matched route (`/api/agents/{agent_id}`), `unmatched` where there is none."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return str(path) if path else "unmatched"


def _is_event_stream(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in message.get("headers", ())
    )
