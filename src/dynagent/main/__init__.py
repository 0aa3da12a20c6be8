"""The composition root: the one place that names concrete classes.

`open_platform` starts everything for `dynagent serve` and for tests; `uvicorn dynagent.main:app` works too.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp

from dynagent.main.engine import Announce, Engine, open_engine
from dynagent.main.platform import Platform, open_platform
from dynagent.main.settings import Settings
from dynagent.presentation.lazy_app import LazyApp

__all__ = ["Announce", "Engine", "Platform", "Settings", "create_app", "open_engine", "open_platform"]


def create_app(settings: Settings | None = None) -> LazyApp:
    """Return the application for any ASGI server; settings come from the environment unless given."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[ASGIApp]:
        # Not through the log: the link of the first setup is for whoever sees the terminal, and for nobody later.
        async with open_platform(settings, announce=_on_terminal) as platform:
            yield platform.asgi

    return LazyApp(opened)


def _on_terminal(line: str) -> None:
    sys.stderr.write(f"dynagent: {line}\n")


def __getattr__(name: str) -> Any:
    """Make `app` when somebody asks for it (`uvicorn dynagent.main:app`)."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
