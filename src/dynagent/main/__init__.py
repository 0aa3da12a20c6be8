"""The composition root: the one place that names concrete classes.

`open_platform` starts everything for `dynagent serve` and for tests; `uvicorn dynagent.main:app` works too.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from dynagent.main.engine import Announce, Engine, open_engine
from dynagent.main.platform import Platform, open_platform
from dynagent.main.settings import Settings

__all__ = ["Announce", "Engine", "Platform", "Settings", "create_app", "open_engine", "open_platform"]


class LazyApp:
    """An ASGI application that opens the platform at its lifespan's start and closes it at its end."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings
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
            async with self._open():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            if self._asgi is not None:
                raise
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[None]:
        async with open_platform(self._settings, announce=_on_terminal) as platform:
            self._asgi = platform.asgi
            yield


def _on_terminal(line: str) -> None:
    # Not through the log: the link of the first setup is for whoever sees the terminal, and for nobody later.
    sys.stderr.write(f"dynagent: {line}\n")


def create_app(settings: Settings | None = None) -> LazyApp:
    """Return the application for any ASGI server; settings come from the environment unless given."""
    return LazyApp(settings)


def __getattr__(name: str) -> Any:
    """Make `app` when somebody asks for it (`uvicorn dynagent.main:app`)."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
