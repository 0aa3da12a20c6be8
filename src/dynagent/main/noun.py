"""What one noun brings to a process: a value of its module in `main.nouns`, found by its folder."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from fastapi import APIRouter

from dynagent.application.shared.bus import OpenScope, Route
from dynagent.application.shared.resolver import Resolver
from dynagent.core.executions import AgentRunner
from dynagent.core.runs import Dispatch, Runner, TraceLog
from dynagent.core.shared.clock import Clock
from dynagent.core.tools import ToolCatalogue
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.trials import Trials
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.model_health import HealthStore
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.infrastructure.postgres.runs.submissions import Deliver
from dynagent.infrastructure.postgres.unit_of_work import Scope
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.main.identity import Identity
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals

Shared = Mapping[Any, Any]
"""Port → the adapter that all messages of a process share."""
Scoped = Mapping[Any, Callable[[Scope], Any]]
"""Port → how its adapter is made from the scope of one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What is open in this process, for nouns to make their ports from."""

    settings: Settings
    database: Database
    clock: Clock
    deliver: Deliver
    signals: Signals
    metrics: Metrics
    identity: Identity
    models: ModelsInUse
    usage: PostgresModelUsage
    model_health: HealthStore
    trials: Trials
    trace: TraceLog
    catalogue: ToolCatalogue
    sandbox: ZygoteSandbox
    dispatch: Dispatch
    runner: AgentRunner
    checkpoints: Checkpoints


@dataclass(frozen=True, slots=True)
class Binds:
    """Ports and their adapters; `around` is what is open while a handler with that port works."""

    shared: Shared = field(default_factory=dict[Any, Any])
    scoped: Scoped = field(default_factory=dict[Any, Callable[[Scope], Any]])
    around: Mapping[Any, OpenScope] = field(default_factory=dict[Any, OpenScope])


@dataclass(frozen=True, slots=True)
class Routes:
    """A router and its place: routes are tried in this order, so the busiest have the lowest numbers."""

    place: int
    router: APIRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """Everything that a noun brings along; nothing outside of its own files names it.

    `runners` are those of its kinds of run. `tag` is (place, name, description) of its chapter in the API's document.
    `background` starts what runs in every process that takes work; the stack stops it.
    """

    handlers: Sequence[type] = ()
    binds: Callable[[Process], Binds] = lambda _: Binds()
    runners: Callable[[Process], Sequence[Runner]] = lambda _: ()
    routes: Sequence[Routes] = ()
    tag: tuple[int, str, str] | None = None
    background: Callable[[Process, AsyncExitStack], None] | None = None


def handlers_in(*modules: ModuleType) -> list[type]:
    """Return the handlers that these modules define."""
    return [
        kind
        for module in modules
        for name, kind in vars(module).items()
        if name.endswith("Handler") and isinstance(kind, type) and kind.__module__ == module.__name__
    ]


def nouns_of(package: ModuleType) -> list[Noun]:
    """Return the value `noun` of every module of a package, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."))
    return [importlib.import_module(name).noun for name in names]


def routes_of(nouns: Sequence[Noun], binds: Sequence[Binds]) -> dict[type, Route]:
    """Return who handles which message. Raises MissingPort, TypeError for two handlers of one message."""
    resolver = Resolver(
        shared={port: adapter for bind in binds for port, adapter in bind.shared.items()},
        scoped={port: make for bind in binds for port, make in bind.scoped.items()},
        around={port: surround for bind in binds for port, surround in bind.around.items()},
    )
    return resolver.routes(handler for noun in nouns for handler in noun.handlers)


def routers_of(nouns: Sequence[Noun]) -> list[APIRouter]:
    """Return the routers of all nouns in the order in which they are tried."""
    return [routes.router for routes in sorted((r for noun in nouns for r in noun.routes), key=lambda r: r.place)]


def tags_of(nouns: Sequence[Noun]) -> list[dict[str, str]]:
    """Return the chapters of the API's document."""
    tags = sorted(noun.tag for noun in nouns if noun.tag is not None)
    return [{"name": name, "description": description} for _, name, description in tags]
