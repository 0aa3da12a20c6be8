"""`HEAD` wherever `GET` is (RFC 9110 §9.1), for monitors and link checkers: the same answer without its body.

Not of streams: a `GET` of `/api/stream/{agent_id}` starts an execution, and a follower's never ends while it runs.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def has_head(path: str) -> bool:
    """Say whether a path that answers `GET` answers `HEAD`, too."""
    return not path.startswith("/api/stream/") and not path.endswith("/stream")


class HeadAsGet:
    """Hands `HEAD` on as `GET`. The HTTP server keeps the body from going out; the headers are those of `GET`.

    `scope["dynagent.head"]` tells it to routes for which making the body is much work.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or not has_head(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            # The server outside decides by the method in this same scope whether a body goes out.
            scope["method"] = "HEAD"
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        scope["dynagent.head"] = True
        await self._app(scope, receive, send_head)
