"""Every refusal that a test meets must be in the API's document: its status, and the code that its message raises."""

import json
import re
from typing import Any

import httpx2
from fastapi import FastAPI

from tests.presentation.api.watching import Watcher

ENDLESS = "/stream/conversations"
"""The stream of all conversations goes on for ever: its first bytes are the answer."""

OF_MESSAGES = (404, 409, 412)
"""Statuses that no layer before the messages answers on a route that is there."""


class DocumentedTransport(httpx2.ASGITransport):
    """Talks to an application in this process, and fails for a refusal that its document does not have."""

    def __init__(self, app: FastAPI, **rest: Any) -> None:
        super().__init__(app=app, raise_app_exceptions=False, **rest)
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer."""
        if request.url.path.endswith(ENDLESS):
            return await self._beginning(request)
        answer = await super().handle_async_request(request)
        if answer.headers.get("content-type") == "application/problem+json" and request.method != "HEAD":
            body = await answer.aread()
            check_documented(self._app, request, answer.status_code, json.loads(body))
        return answer

    async def _beginning(self, request: httpx2.Request) -> httpx2.Response:
        """Return the status and first bytes of a stream that has no end."""
        watcher = Watcher(self._app, request.url.path, request.url.query.decode(), headers=dict(request.headers))
        await watcher.until(1)
        await watcher.leave()
        return httpx2.Response(watcher.status, headers=watcher.answer_headers, content=watcher.chunks[0])


def check_documented(app: FastAPI, request: httpx2.Request, status: int, problem: dict[str, Any]) -> None:
    """Assert that the operation's document has this refusal."""
    operation = _operation(app, request)
    if operation is None or problem["error_code"] in ("route_not_found", "method_not_allowed", "uri_too_long"):
        return
    documented = operation["responses"].get(str(status))
    met = f"{operation['operationId']}: {status} {problem['error_code']}"
    assert documented is not None or status in (414, 421, 431), met
    if status in OF_MESSAGES:
        assert documented is not None and f"`{problem['error_code']}`" in documented["description"], met


def _operation(app: FastAPI, request: httpx2.Request) -> dict[str, Any] | None:
    by_id = {
        operation["operationId"]: operation
        for operations in app.openapi()["paths"].values()
        for operation in operations.values()
    }
    path = re.sub("^/api/v1(?=/|$)", "/api", request.url.path).rstrip("/")
    for route in app.state.routes:
        if request.method in route.methods and route.path_regex.match(path):
            return by_id.get(route.operation_id)
    return None
