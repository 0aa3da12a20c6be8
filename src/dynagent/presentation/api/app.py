"""The API as an ASGI application, built from a bus and what the composition root hands over."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from dynagent import __version__
from dynagent.application.shared.bus import Bus
from dynagent.presentation.api import system
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared import openapi, problems
from dynagent.presentation.api.shared.auth import FrontDoor
from dynagent.presentation.api.shared.head import HeadAsGet
from dynagent.presentation.api.shared.headers import LoopbackOnly, SecurityHeaders
from dynagent.presentation.api.shared.limits import RequestLimits, StreamedRoute
from dynagent.presentation.api.shared.links import collections_of
from dynagent.presentation.api.shared.origin import LocalOnly
from dynagent.presentation.api.shared.router import PREFIX, PathAliases
from dynagent.presentation.api.shared.site import Pages, Site
from dynagent.presentation.api.shared.sse import Streams, StreamShutdown
from dynagent.presentation.api.system import HealthProbe, MetricsText

DESCRIPTION = "Agents made at run time, their Python tools, and live traces that are never lost."
NO_PAGES = Pages()
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_app(
    bus: Bus,
    *,
    routers: Sequence[APIRouter],
    tags: Sequence[Mapping[str, str]],
    health: HealthProbe,
    metrics: MetricsText,
    settings: ApiSettings | None = None,
    shutdown: StreamShutdown | None = None,
    lifespan: Lifespan | None = None,
    frontend: Path | None = None,
    pages: Pages = NO_PAGES,
    door: FrontDoor | None = None,
) -> FastAPI:
    """Return the API over a bus.

    `routers` are tried in their order, `tags` are the chapters of the document.

    `shutdown` is told when the server stops, so that open streams end; `lifespan` starts and ends what serves the
    bus; `frontend` is a directory with the built user interface, served for every path that is no route, and
    `pages` are what the server knows of it; `door` says how requests are let in (without one: local mode).
    """
    door = door or FrontDoor()
    settings = (settings or ApiSettings()).served(sign_in_required=door.sign_in_required)
    app = FastAPI(
        title="Dynagent",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=[dict(tag) for tag in tags],
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=_layers(settings, door, frontend, pages),
    )
    app.state.door = door
    app.state.bus = bus
    app.state.settings = settings
    app.state.health = health
    app.state.metrics = metrics
    app.state.streams = Streams(shutdown or StreamShutdown(), settings.stream_retry_ms)
    problems.install(app)
    openapi.install(app)
    _add_routes(app, routers, frontend)
    return app


def _layers(settings: ApiSettings, door: FrontDoor, frontend: Path | None, pages: Pages) -> list[Middleware]:
    layers = [Middleware(PathAliases), Middleware(HeadAsGet), Middleware(SecurityHeaders)]
    if not door.sign_in_required:
        layers.append(Middleware(LoopbackOnly))
    layers.append(Middleware(LocalOnly, settings=settings))
    if settings.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.exact_origins(),
                allow_credentials=True,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-ID", "X-Execution-ID"],
            )
        )
    if frontend is not None:
        # Event streams are left alone by both; pages, scripts and styles travel compressed.
        layers += [Middleware(GZipMiddleware, minimum_size=1024), Middleware(Site, directory=frontend, pages=pages)]
    return [*layers, Middleware(RequestLimits, settings=settings)]


def _add_routes(app: FastAPI, routers: Sequence[APIRouter], frontend: Path | None) -> None:
    for router in routers:
        app.include_router(router)
    # Before the interface, which would answer unknown paths with a page.
    app.router.routes.append(Route(PREFIX + "/{rest:path}", problems.NoSuchRoute()))
    if frontend is None:
        app.add_api_route("/", system.get_api_information, include_in_schema=False)
    else:
        app.frontend("/", directory=frontend)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    app.state.routes = routes
    app.state.route_methods = [(route.path_regex, frozenset(route.methods or ())) for route in routes]
    app.state.streamed = [
        (route.path_regex, frozenset(route.methods or ())) for route in routes if isinstance(route, StreamedRoute)
    ]
    app.state.collections = collections_of(routes)
