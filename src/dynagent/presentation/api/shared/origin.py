"""Keeps web pages from driving a server that trusts its own machine: host names and origins are checked.

A page of another site can send requests to 127.0.0.1 from the browser of whoever reads it; DNS rebinding can even
give it a host name of its own. curl and other programs send no `Origin` and are let through.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared.problems import problem_response

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._~%-]*)(?::[0-9]*)?")
"""`uri-host [":" port]` (RFC 9110 §7.2): no user information, no spaces, no path; empty as HTTP/1.0 may send it."""


class LocalOnly:
    """Refuses requests for unknown hosts, and API requests that a page of another site has sent."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._origins = frozenset(settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(Headers(scope=scope), scope["path"])
            if refusal is not None:
                status, code, detail = refusal
                await problem_response(scope, status=status, code=code, detail=detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers, path: str) -> tuple[int, str, str] | None:
        if len(headers.getlist("host")) > 1 or not _HOST.fullmatch(headers.get("host", "")):
            return 400, "malformed_request", "send one Host header: a name or an address, and the port if need be"
        host = headers.get("host", "").lower()
        if "*" not in self._hosts and host_name(host) not in self._hosts:
            return 403, "host_not_allowed", f"this server does not answer for the host {host!r}; see ALLOWED_HOSTS"
        if not path.startswith("/api"):
            return None
        origin = headers.get("origin")
        if origin is None:
            foreign = headers.get("sec-fetch-site") == "cross-site"
        else:
            foreign = origin not in self._origins and origin.partition("://")[2].lower() != host
        if foreign:
            return 403, "origin_not_allowed", "pages of other sites may not use this API; see CORS_ORIGINS"
        return None


def host_name(host: str) -> str:
    """Return a Host header's name without its port: `localhost:8000` → `localhost`, `[::1]:80` → `[::1]`."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
