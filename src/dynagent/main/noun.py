"""What one noun brings to a process: a value of its module in `main.nouns`, found by its folder."""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from fastapi import APIRouter
from pydantic_settings import BaseSettings

from dynagent.application.shared.access import Access, Grant
from dynagent.application.shared.bus import OpenScope, Route
from dynagent.application.shared.messages import Message
from dynagent.application.shared.resolver import Resolver
from dynagent.core.executions import AgentRunner
from dynagent.core.runs import Runner
from dynagent.core.tools import ToolCatalogue
from dynagent.infrastructure.hybrid.ground import Ground
from dynagent.infrastructure.hybrid.knowledge import Knowledge
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.trials import Trials
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.model_health import HealthStore
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.infrastructure.postgres.unit_of_work import Scope
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.security.identity import Identity
from dynagent.main.settings import Settings
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages

Shared = Mapping[Any, Any]
"""Port → the adapter that all messages of a process share."""
Scoped = Mapping[Any, Callable[[Scope], Any]]
"""Port → how its adapter is made from the scope of one message."""


@dataclass(frozen=True, kw_only=True)
class Process(Ground):
    """What is open in this process, for nouns to make their ports from."""

    settings: Settings
    identity: Identity
    models: ModelsInUse
    usage: PostgresModelUsage
    model_health: HealthStore
    trials: Trials
    catalogue: ToolCatalogue
    knowledge: Knowledge
    sandbox: ZygoteSandbox
    runner: AgentRunner
    checkpoints: Checkpoints


@dataclass(frozen=True, slots=True)
class Binds:
    """Ports and their adapters; `around` is what is open while a handler with that port works."""

    shared: Shared = field(default_factory=dict[Any, Any])
    scoped: Scoped = field(default_factory=dict[Any, Callable[[Scope], Any]])
    around: Mapping[Any, OpenScope] = field(default_factory=dict[Any, OpenScope])


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """Everything that a noun brings along; nothing outside of its own files names it.

    `grants` say which roles hold its permissions. `settings` are its models, read at start and given to handlers by
    their types. `retention` is what goes of its tables in time, `seeds` how many rows of which table its migrations
    write. `runners` are those of its kinds of run. `tag` is (place, name, description) of its chapter in the API's
    document. `background` starts what runs in every process that takes work; the stack stops it.
    What its constraints refuse is said beside its tables (`refuse`).
    """

    grants: Mapping[str, Grant] = field(default_factory=dict[str, Grant])
    settings: Sequence[type[BaseSettings]] = ()
    handlers: Sequence[type] = ()
    binds: Callable[[Process], Binds] = lambda _: Binds()
    runners: Callable[[Process], Sequence[Runner]] = lambda _: ()
    routes: Sequence[Routes] = ()
    tag: tuple[int, str, str] | None = None
    pages: Pages = field(default_factory=Pages)
    retention: Sequence[Retention] = ()
    seeds: Mapping[str, int] = field(default_factory=dict[str, int])
    background: Callable[[Process, AsyncExitStack], None] | None = None


def nouns_of(package: ModuleType) -> list[Noun]:
    """Return the value `noun` of every module of a package, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."))
    return [importlib.import_module(name).noun for name in names]


def routes_of(nouns: Sequence[Noun], binds: Sequence[Binds]) -> dict[type[Message[Any]], Route]:
    """Return who handles which message. Raises MissingPort, TypeError for two handlers of one message."""
    resolver = Resolver(
        shared={port: adapter for bind in binds for port, adapter in bind.shared.items()},
        scoped={port: make for bind in binds for port, make in bind.scoped.items()},
        around={port: surround for bind in binds for port, surround in bind.around.items()},
    )
    return resolver.routes(handler for noun in nouns for handler in noun.handlers)


def access_of(nouns: Sequence[Noun]) -> Access:
    """Return who may do what. Raises TypeError for a permission that two nouns grant."""
    granted: dict[str, Grant] = {}
    for noun in nouns:
        if twice := granted.keys() & noun.grants.keys():
            raise TypeError(f"{', '.join(sorted(twice))}: a permission is granted by one noun")
        granted.update(noun.grants)
    return Access(granted)


def pages_of(nouns: Sequence[Noun]) -> Pages:
    """Return the pages of all nouns."""
    return functools.reduce(Pages.__or__, (noun.pages for noun in nouns), Pages())


def retention_of(nouns: Sequence[Noun]) -> list[Retention]:
    """Return what goes in time of all nouns' tables."""
    return [rule for noun in nouns for rule in noun.retention]


def seeds_of(nouns: Sequence[Noun]) -> dict[str, int]:
    """Return how many rows of which table the migrations write."""
    return {table: rows for noun in nouns for table, rows in noun.seeds.items()}


def routers_of(nouns: Sequence[Noun]) -> list[APIRouter]:
    """Return the routers of all nouns in the order in which they are tried."""
    return [routes.router for routes in sorted((r for noun in nouns for r in noun.routes), key=lambda r: r.place)]


def tags_of(nouns: Sequence[Noun]) -> list[dict[str, str]]:
    """Return the chapters of the API's document."""
    tags = sorted(noun.tag for noun in nouns if noun.tag is not None)
    return [{"name": name, "description": description} for _, name, description in tags]
