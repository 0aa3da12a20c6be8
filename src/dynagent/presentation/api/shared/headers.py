"""Security headers for every answer, exact origins, and the last guard of local mode. Pure ASGI: streams stream."""

import ipaddress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.presentation.api.shared.problems import problem_response

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_CROSS_ORIGIN = b"access-control-allow-origin"


class SecurityHeaders:
    """Adds what browsers should know to every answer, unless the answer says it itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = list(_ALWAYS)
        if scope["path"].startswith("/api"):
            wanted.append(_API_POLICY)
        if scope.get("scheme") == "https":
            wanted.append(_TLS_ONLY)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name.lower() for name, _ in headers}
                # A page of an allowed origin must be able to read the answer that CORS lets it have.
                skipped = {b"cross-origin-resource-policy"} if _CROSS_ORIGIN in there else set[bytes]()
                missing = [pair for pair in wanted if pair[0] not in there | skipped]
                message = {**message, "headers": [*headers, *missing]}
            await send(message)

        await self._app(scope, receive, guarded)


class LoopbackOnly:
    """Refuses clients of other machines: in local mode everybody is administrator, however the server was started."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket") and not _is_near(scope):
            detail = "AUTH_MODE=local answers this machine only; set AUTH_MODE=required to serve others"
            refusal = problem_response(scope, status=403, code="local_mode_exposed", detail=detail)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_near(scope: Scope) -> bool:
    client = scope.get("client")
    # Without an address it is a unix socket, or an application that calls us in its own process.
    if not client or not client[0]:
        return True
    try:
        address = ipaddress.ip_address(str(client[0]).partition("%")[0])
    except ValueError:
        return client[0] == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
