"""The platform of one process: the engine with the API around it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_USER_ID, SYSTEM
from dynagent.infrastructure.observability.requests import observe
from dynagent.infrastructure.security.identity import Identity
from dynagent.main.engine import NOUNS, Announce, open_engine
from dynagent.main.noun import pages_of, routers_of, tags_of
from dynagent.main.settings import Settings
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.shared.auth import FrontDoor
from dynagent.presentation.api.shared.site import built_frontend
from dynagent.presentation.api.shared.sse import StreamHost, StreamShutdown
from dynagent.presentation.worker.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What runs in this process. `asgi` is the API with logs and metrics around it, `app` the API itself."""

    bus: Bus
    worker: Worker
    app: FastAPI
    asgi: ASGIApp
    shutdown: StreamShutdown

    def begin_shutdown(self) -> None:
        """Tell open streams to come back later; call it before waiting for connections to end."""
        self.shutdown.begin()


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
        bus, metrics = engine.bus, engine.process.metrics
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
            pages=pages_of(NOUNS),
            door=door_of(engine.process.identity),
        )
        if not settings.is_local and (token := await bus.send(PrepareSetup(), SYSTEM)) is not None:
            for line in setup_lines(token, url):
                announce(line)
        unsigned = LOCAL_USER_ID if settings.is_local else None
        asgi = observe(StreamHost(app), metrics, unsigned)
        yield Platform(bus=bus, worker=engine.worker, app=app, asgi=asgi, shutdown=shutdown)


def setup_lines(token: str, url: str) -> list[str]:
    """Return how to become the first administrator; what stands behind the # is never sent to any server."""
    if url and built_frontend() is None:
        body = {"token": token, "username": "admin", "email": "admin@example.org", "password": "CHANGE THIS"}
        command = f"curl -s {url}/api/v1/auth/setup -H 'content-type: application/json' -d '{json.dumps(body)}'"
        return [
            "no administrator yet: become it (once), with a name and a password of your own:",
            f"    {command}",
        ]
    place = f"{url}/setup#token={token}" if url else f"/setup#token={token} of this server"
    return [f"no administrator yet: open {place} to become it (once)"]


def door_of(identity: Identity) -> FrontDoor:
    """Return how requests are let in."""
    settings, metrics_token = identity.settings, identity.settings.metrics_token
    return FrontDoor(
        sign_in_required=settings.auth_mode == "required",
        secure_cookies=settings.cookie_secure,
        user_rate=settings.rate_limit_per_minute,
        address_rate=settings.address_limit_per_minute,
        rates=identity.throttle,
        metrics_token=metrics_token.get_secret_value() if metrics_token else None,
    )
