"""The API as an ASGI application, built from a bus and what the composition root hands over."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from dynagent import __version__
from dynagent.application.shared.bus import Bus
from dynagent.presentation.api import chats, schedules, stream, system
from dynagent.presentation.api.agents import routes as agents
from dynagent.presentation.api.agents import run as agent_runs
from dynagent.presentation.api.docs import routes as docs
from dynagent.presentation.api.executions import again as execution_repeats
from dynagent.presentation.api.executions import questions
from dynagent.presentation.api.executions import routes as executions
from dynagent.presentation.api.identity import people, records, sessions
from dynagent.presentation.api.language_models import keys
from dynagent.presentation.api.language_models import routes as language_models
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared import openapi, problems
from dynagent.presentation.api.shared.auth import FrontDoor
from dynagent.presentation.api.shared.head import HeadAsGet
from dynagent.presentation.api.shared.headers import LoopbackOnly, SecurityHeaders, exact_origins
from dynagent.presentation.api.shared.limits import RequestLimits
from dynagent.presentation.api.shared.origin import LocalOnly
from dynagent.presentation.api.shared.router import PREFIX, PathAliases
from dynagent.presentation.api.shared.site import Site
from dynagent.presentation.api.shared.sse import Streams, StreamShutdown
from dynagent.presentation.api.system import HealthProbe, MetricsText
from dynagent.presentation.api.tools import routes as tools

DESCRIPTION = "Agents made at run time, their Python tools, and live traces that are never lost."
TAGS = [
    {"name": "Agents", "description": "Make, change, version and run agents."},
    {"name": "Tools", "description": "What agents can call: prebuilt and registered tools."},
    {"name": "Executions", "description": "Runs of agents, their results and traces."},
    {"name": "Schedules", "description": "Agents asked at set times."},
    {"name": "Streams", "description": "Run an agent and watch it, in one request."},
    {"name": "Models", "description": "Models you keep, their providers and keys."},
    {"name": "Identity", "description": "Sign in, your account, keys for programs, users, the audit log."},
    {"name": "System", "description": "Health and metrics."},
]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_app(
    bus: Bus[Any],
    *,
    health: HealthProbe,
    metrics: MetricsText,
    settings: ApiSettings | None = None,
    shutdown: StreamShutdown | None = None,
    lifespan: Lifespan | None = None,
    frontend: Path | None = None,
    door: FrontDoor | None = None,
) -> FastAPI:
    """Return the API over a bus.

    `shutdown` is told when the server stops, so that open streams end; `lifespan` starts and ends what serves the
    bus; `frontend` is a directory with the built user interface, served for every path that is no route; `door` says
    how requests are let in (without one: local mode).
    """
    door = door or FrontDoor()
    settings = (settings or ApiSettings()).served(sign_in_required=door.sign_in_required)
    app = FastAPI(
        title="Dynagent",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=_layers(settings, door, frontend),
    )
    app.state.door = door
    app.state.bus = bus
    app.state.settings = settings
    app.state.health = health
    app.state.metrics = metrics
    app.state.streams = Streams(shutdown or StreamShutdown(), settings.stream_retry_ms)
    problems.install(app)
    openapi.install(app)
    _add_routes(app, frontend)
    return app


def _layers(settings: ApiSettings, door: FrontDoor, frontend: Path | None) -> list[Middleware]:
    layers = [Middleware(PathAliases), Middleware(HeadAsGet), Middleware(SecurityHeaders)]
    if not door.sign_in_required:
        layers.append(Middleware(LoopbackOnly))
    layers.append(Middleware(LocalOnly, settings=settings))
    if settings.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=exact_origins(settings.cors_origins),
                allow_credentials=True,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-ID", "X-Execution-ID"],
            )
        )
    if frontend is not None:
        # Event streams are left alone by both; pages, scripts and styles travel compressed.
        layers += [Middleware(GZipMiddleware, minimum_size=1024), Middleware(Site, directory=frontend)]
    return [*layers, Middleware(RequestLimits, settings=settings)]


def _add_routes(app: FastAPI, frontend: Path | None) -> None:
    # The busiest nouns first: routes are tried in this order.
    routers = [
        stream.router,
        executions.router,
        agents.router,
        agent_runs.router,
        tools.router,
        execution_repeats.router,
        questions.router,
        schedules.router,
        chats.router,
        language_models.router,
        keys.router,
        sessions.router,
        people.router,
        records.router,
        system.router,
        docs.router,
    ]
    for router in routers:
        app.include_router(router)
    # Before the interface, which would answer unknown paths with a page.
    app.router.routes.append(Route(PREFIX + "/{rest:path}", problems.NoSuchRoute()))
    if frontend is None:
        app.add_api_route("/", system.get_api_information, include_in_schema=False)
    else:
        app.frontend("/", directory=frontend)
    app.state.route_methods = [
        (route.path_regex, frozenset(route.methods or ())) for router in routers for route in _routes(router)
    ]


def _routes(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]
