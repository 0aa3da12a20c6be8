"""The little HTTP that a worker speaks when it is given a port: metrics, health, readiness; nothing else.

It is served by threads of its own: a worker whose event loop hangs is to say so, not to fall silent.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as NoAnswer
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dynagent.presentation.api.system import HealthProbe, MetricsText

HEALTH_S = 10.0
TEXT = "text/plain; version=0.0.4; charset=utf-8"

Answer = tuple[int, str, bytes]
"""Status, media type, body."""


class WorkerDoor:
    """Answers GET /metrics, /health and /ready. `trouble` says why this worker takes no work, None when it does."""

    def __init__(self, *, metrics: MetricsText, health: HealthProbe, trouble: Callable[[], str | None]) -> None:
        self._metrics = metrics
        self._health = health
        self._trouble = trouble
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port if self._server is not None else 0

    def open(self, host: str, port: int) -> None:
        """Listen; call on the running loop. Raises OSError when the address cannot be taken."""
        self._loop = asyncio.get_running_loop()
        self._server = ThreadingHTTPServer((host, port), _handler(self.answer))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="worker-door", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, path: str) -> Answer:
        """Return the answer for a path; called by the door's threads."""
        place = path.partition("?")[0]
        if place == "/metrics":
            return 200, TEXT, self._metrics()
        if place == "/ready":
            trouble = self._trouble()
            return _as_json(503 if trouble else 200, {"status": "fail" if trouble else "ok", "detail": trouble or ""})
        if place == "/health":
            return self._healthy()
        return _as_json(404, {"detail": "a worker answers /metrics, /health and /ready"})

    def _healthy(self) -> Answer:
        assert self._loop is not None
        asked = asyncio.run_coroutine_threadsafe(_asked(self._health()), self._loop)
        try:
            report = asked.result(HEALTH_S)
        except NoAnswer:
            asked.cancel()
            return _as_json(503, {"status": "fail", "detail": f"the event loop gives no answer within {HEALTH_S:g} s"})
        parts = {
            part.name: {"status": part.condition, "detail": part.detail, "advice": part.advice} for part in report.parts
        }
        return _as_json(503 if report.condition == "fail" else 200, {"status": report.condition, "parts": parts})


async def _asked(probe: Awaitable[Any]) -> Any:
    return await probe


def _as_json(status: int, content: dict[str, Any]) -> Answer:
    return status, "application/json", json.dumps(content).encode()


def _handler(answer: Callable[[str], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        timeout = 10

        def do_GET(self) -> None:
            """Answer it."""
            status, kind, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a scrape is no news."""

    return Handler
