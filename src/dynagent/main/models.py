"""Models, composed: the installation's own, and those that people keep, each asked for whoever the work is for."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeVar

from dynagent.application.commands import language_models as commands
from dynagent.application.commands.language_models import ModelDesk
from dynagent.application.queries import language_models as queries
from dynagent.application.shared.bus import Bus, Handler, Message
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.permissions import PermittingBus
from dynagent.core.language_models import (
    ChatModels,
    KnownModels,
    ModelRecords,
    ModelsInStore,
    ModelUsage,
    ProviderKey,
    ProviderKeys,
)
from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.choosing import ChoosingModels
from dynagent.infrastructure.llm.endpoints import Endpoints
from dynagent.infrastructure.llm.factory import OPENAI, InstalledModels
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.openai_traces import OpenAITraces, TracingTarget
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.llm.provider_key_check import HttpProviderKeyCheck
from dynagent.infrastructure.llm.stored import UserModels
from dynagent.infrastructure.llm.usage import UsageMeter
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.language_models_stored import StoredModels
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.main.handlers import Scope
from dynagent.main.identity import Identity
from dynagent.main.settings import Settings

R = TypeVar("R")

ASKING = frozenset({"CreateAgent", "UpdateAgent", "CloneAgent", "RestoreAgentVersion", "StartExecution", "ExecuteTool"})
"""Names of the messages whose handlers look models up, or ask them."""


class ModelsBus(PermittingBus[Scope]):
    """A bus whose handlers see the models of the caller."""

    def __init__(self, open_scope: Callable[[Caller], AbstractAsyncContextManager[Scope]], models: ModelsInUse) -> None:
        super().__init__(open_scope)
        self._models = models

    async def send(self, message: Message[R], caller: Caller) -> R:
        """Handle a message. Raises what the handler raises."""
        if caller.is_anonymous or type(message).__name__ not in ASKING:
            return await super().send(message, caller)
        async with self._models.of(caller.user_id):
            return await super().send(message, caller)


def open_usage(database: Database, stack: AsyncExitStack) -> PostgresModelUsage:
    """Return what counts the calls of this process; the stack stores the last ones."""
    usage = PostgresModelUsage(database.pool, UsageMeter(GenaiPrices()))
    usage.start()
    stack.push_async_callback(usage.stop)
    return usage


def watch_circuits(metrics: Metrics, models: ModelsInUse) -> None:
    """Add the gauge of the endpoints' circuits."""
    metrics.watch_each(
        "model_circuits",
        "Endpoints of models by the state of their circuit in this process.",
        ("provider", "state"),
        models.circuits,
    )


def open_models(
    settings: Settings, database: Database, identity: Identity, *, stack: AsyncExitStack, meter: UsageMeter
) -> ModelsInUse:
    """Return the models of this process; the stack closes their connections."""
    installed = InstalledModels(settings.models, meter)
    stack.push_async_callback(installed.aclose)
    endpoints = Endpoints(allowed=AllowList.parse(_outbound(settings).allow), meter=meter)
    stack.push_async_callback(endpoints.aclose)
    stored = StoredModels(database)

    known = PricedModels()

    async def load(user_id: str) -> ChatModels:
        found = await stored.of_user(user_id)
        tracing = _tracing(found.tracing_key, identity)
        if not found.records:
            return ChoosingModels(installed, lambda: [installed.candidate()], tracing)
        models = UserModels(
            user_id=user_id,
            records=found.records,
            keys=found.keys,
            is_admin=found.is_admin,
            installed=installed,
            endpoints=endpoints,
            settings=settings.providers,
            box=identity.box,
            rates=identity.throttle,
        )
        return ChoosingModels(models, lambda: [*models.candidates(known), installed.candidate()], tracing)

    return ModelsInUse(installed, load, endpoints, settings=settings.providers)


def register_models(
    bus: Bus[Scope], identity: Identity, models: ModelsInUse, *, settings: Settings, usage: ModelUsage
) -> None:
    """Tell the bus who handles the messages of models and keys."""
    known = PricedModels()

    def desk(scope: Scope) -> ModelDesk:
        return ModelDesk(
            models=scope.identity.models,
            keys=scope.identity.provider_keys,
            uow=scope.uow,
            box=identity.box,
            store=models,
            known=known,
            clock=identity.clock,
        )

    bus.register(commands.CreateModel, lambda scope: commands.CreateModelHandler(desk(scope)))
    bus.register(commands.UpdateModel, lambda scope: commands.UpdateModelHandler(desk(scope)))
    bus.register(commands.DeleteModel, lambda scope: commands.DeleteModelHandler(desk(scope)))
    bus.register(commands.AddProviderKey, lambda scope: commands.AddProviderKeyHandler(desk(scope)))
    bus.register(commands.RemoveProviderKey, lambda scope: commands.RemoveProviderKeyHandler(desk(scope)))
    bus.register_free(
        commands.TestProviderKey, commands.TestProviderKeyHandler(HttpProviderKeyCheck(_outbound(settings)))
    )
    for question, handler in (
        (queries.ChooseModel, queries.ChooseModelHandler),
        (queries.CheckFit, queries.CheckFitHandler),
        (queries.ListModels, queries.ListModelsHandler),
        (queries.GetModel, queries.GetModelHandler),
    ):
        bus.register(question, _reading(handler, known, models))
    bus.register(queries.ListProviderKeys, lambda scope: queries.ListProviderKeysHandler(scope.identity.provider_keys))
    bus.register_free(queries.GetModelUsage, queries.GetModelUsageHandler(usage, clock=identity.clock))
    bus.register_free(queries.GetEverybodysUsage, queries.GetEverybodysUsageHandler(usage, clock=identity.clock))
    bus.register_free(queries.ListProviders, queries.ListProvidersHandler())
    bus.register_free(queries.ListProviderModels, queries.ListProviderModelsHandler(known))
    bus.register_free(queries.GetProviderCapabilities, queries.GetProviderCapabilitiesHandler())


def _tracing(key: ProviderKey | None, identity: Identity) -> TracingTarget | None:
    if key is None:
        return None
    home = (key.endpoint_url or OPENAI).rstrip("/")
    try:
        return TracingTarget(f"{home}/traces/ingest", identity.box.open(key.sealed_key, row=key.id))
    except DynagentError:
        # Sealed with a secret key that is gone; models say so when they are asked, traces are left out.
        return None


def open_traces(settings: Settings, stack: AsyncExitStack) -> OpenAITraces:
    """Return what sends runs to OpenAI for users who want it; the stack waits for the last ones."""
    traces = OpenAITraces(_outbound(settings))
    stack.push_async_callback(traces.settled)
    return traces


Reader = Callable[[ModelRecords, ProviderKeys, KnownModels, ModelsInStore], Handler]


def _reading(handler: Reader, known: KnownModels, models: ModelsInUse) -> Callable[[Scope], Handler]:
    return lambda scope: handler(scope.identity.models, scope.identity.provider_keys, known, models)


def _outbound(settings: Settings) -> OutboundSettings:
    """Models may also be where Ollama is; nothing else that fetches from outside may."""
    local = settings.auth.auth_mode == "local"
    allow = settings.providers.allowed(settings.outbound.allow, local=local)
    return settings.outbound.model_copy(update={"allow": allow})
