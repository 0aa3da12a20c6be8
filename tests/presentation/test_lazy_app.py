"""The application is opened by the server's lifespan, and says so when it cannot be."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.presentation.lazy_app import LazyApp


async def lifespan(app: LazyApp) -> list[str]:
    """Go through a server's start and stop; return what the application said."""
    told: list[str] = []

    async def receive() -> Message:
        return {"type": "lifespan"}

    async def send(message: Any) -> None:
        told.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    return told


async def test_it_is_opened_at_the_start_and_closed_at_the_end() -> None:
    seen: list[str] = []

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])

    @asynccontextmanager
    async def opened() -> AsyncGenerator[ASGIApp]:
        seen.append("opened")
        yield served
        seen.append("closed")

    assert await lifespan(LazyApp(opened)) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert seen == ["opened", "closed"]


async def test_a_failed_start_is_reported_and_requests_before_it_are_refused() -> None:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[ASGIApp]:
        raise OSError("no database")
        yield

    app = LazyApp(opened)
    with pytest.raises(RuntimeError, match="not open"):
        await app({"type": "http", "path": "/"}, None, None)  # pyright: ignore[reportArgumentType]
    assert await lifespan(app) == ["lifespan.startup.failed"]
