"""An ASGI application that is opened by the server's own lifespan."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.types import ASGIApp, Receive, Scope, Send

Open = Callable[[], AbstractAsyncContextManager[ASGIApp]]
"""Opens what is served; closed when the server stops."""


class LazyApp:
    """An ASGI application that opens what it serves at its lifespan's start and closes it at its end."""

    def __init__(self, open_served: Open) -> None:
        self._open = open_served
        self._asgi: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or live through the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._asgi is None:
            raise RuntimeError("the platform is not open: this application needs a server that speaks lifespan")
        else:
            await self._asgi(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._open() as self._asgi:
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            if self._asgi is not None:
                raise
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})
