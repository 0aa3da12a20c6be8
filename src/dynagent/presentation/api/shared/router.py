"""One set of routes, met under `/api` and `/api/v1`, with and without a trailing slash, never by redirect.

Routes are declared once, under `/api`. What the client wrote is resolved to that before routing, so that route
templates in logs and metrics stay one per route too.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from dynagent.presentation.api.shared.limits import StrictRoute

CURRENT = "/api/v1"
PREFIX = "/api"


@dataclass(frozen=True, slots=True)
class Routes:
    """A router and its place: routes are tried in this order, so the busiest have the lowest numbers."""

    place: int
    router: APIRouter


def noun_router(noun: str, tag: str, route_class: type[StrictRoute] = StrictRoute) -> APIRouter:
    """Return the router of a noun: `/api/<noun>`, tagged in the documentation."""
    return APIRouter(prefix=f"{PREFIX}/{noun}", tags=[tag], route_class=route_class, redirect_slashes=False)


class PathAliases:
    """Resolves aliases of paths; `scope["dynagent.path"]` keeps what the client wrote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket"):
            # In place: the layers outside read the matched route from the same scope.
            scope["dynagent.path"] = scope["path"]
            scope["path"] = canonical(scope["path"])
        await self._app(scope, receive, send)


def is_current(scope: Scope) -> bool:
    """Say whether the client wrote the path under `/api/v1`."""
    written = str(scope.get("dynagent.path", scope["path"]))
    return written == CURRENT or written.startswith(CURRENT + "/")


def canonical(path: str) -> str:
    """Return the path that the routes are declared with: `/api/v1/agents/` → `/api/agents`."""
    if path == CURRENT or path.startswith(CURRENT + "/"):
        path = PREFIX + path[len(CURRENT) :]
    if path.startswith(PREFIX + "/") and path.endswith("/"):
        path = path[:-1]
    return path
