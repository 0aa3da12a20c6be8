"""The platform of one process: the engine with the API around it."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_USER_ID, SYSTEM
from dynagent.infrastructure.observability.requests import observe
from dynagent.main.engine import NOUNS, Announce, open_engine
from dynagent.main.noun import routers_of, tags_of
from dynagent.main.settings import Settings
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.shared.sse import StreamHost, StreamShutdown
from dynagent.presentation.worker.worker import Worker


class Platform:
    """What runs in this process. `asgi` is the API with logs and metrics around it, `app` the API itself."""

    def __init__(self, *, bus: Bus, worker: Worker, app: FastAPI, asgi: ASGIApp, shutdown: StreamShutdown) -> None:
        self.bus = bus
        self.worker = worker
        self.app = app
        self.asgi = asgi
        self._shutdown = shutdown

    def begin_shutdown(self) -> None:
        """Tell open streams to come back later; call it before waiting for connections to end."""
        self._shutdown.begin()


@asynccontextmanager
async def open_platform(
    settings: Settings | None = None,
    *,
    announce: Announce = lambda _: None,
    takes_work: bool = True,
    url: str = "",
) -> AsyncGenerator[Platform]:
    """Start everything, give the platform, stop everything in the opposite order.

    `url` is where it will answer, as far as the caller knows. Raises DynagentError with one clear line for what keeps
    it from starting, pydantic.ValidationError for a setting.
    """
    settings = settings or Settings()
    async with open_engine(settings, announce=announce, takes_work=takes_work) as engine:
        bus, metrics = engine.bus, engine.metrics
        shutdown = StreamShutdown()
        app = build_app(
            bus,
            routers=routers_of(NOUNS),
            tags=tags_of(NOUNS),
            health=engine.health.report,
            metrics=metrics.render,
            settings=settings.api,
            shutdown=shutdown,
            frontend=built_frontend(),
            door=engine.identity.door,
        )
        await _announce_setup(bus, settings, announce, url)
        unsigned = LOCAL_USER_ID if settings.auth.auth_mode == "local" else None
        asgi = observe(StreamHost(app), metrics, unsigned)
        yield Platform(bus=bus, worker=engine.worker, app=app, asgi=asgi, shutdown=shutdown)


async def _announce_setup(bus: Bus, settings: Settings, announce: Announce, url: str) -> None:
    """Print the one-time link of the first setup; what stands behind the # is never sent to any server."""
    if settings.auth.auth_mode == "required":
        token = await bus.send(PrepareSetup(), SYSTEM)
        if token is None:
            return
        if url and built_frontend() is None:
            body = {"token": token, "username": "admin", "email": "admin@example.org", "password": "CHANGE THIS"}
            announce("no administrator yet: become it (once), with a name and a password of your own:")
            announce(f"    curl -s {url}/api/v1/auth/setup -H 'content-type: application/json' -d '{json.dumps(body)}'")
        else:
            place = f"{url}/setup#token={token}" if url else f"/setup#token={token} of this server"
            announce(f"no administrator yet: open {place} to become it (once)")


def built_frontend(places: Sequence[Path] = ()) -> Path | None:
    """Return the directory of the built user interface: in the checkout or inside the installed package."""
    here = Path(__file__).resolve()
    for place in (*places, here.parents[3] / "frontend" / "out", here.parents[1] / "frontend"):
        if (place / "index.html").is_file():
            return place
    return None
