"""Models, composed: the installation's own, and those that people keep, each asked for whoever the work is for."""

from contextlib import AsyncExitStack

from dynagent.core.language_models import ProviderKey
from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.choosing import ChoosingModels
from dynagent.infrastructure.llm.endpoints import Endpoints
from dynagent.infrastructure.llm.factory import OPENAI, InstalledModels
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.openai_traces import OpenAITraces, TracingTarget
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.llm.stored import UserModels
from dynagent.infrastructure.llm.trials import Trials
from dynagent.infrastructure.llm.usage import UsageMeter
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.language_models_stored import StoredModels
from dynagent.infrastructure.postgres.model_health import HealthStore
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.main.identity import Identity
from dynagent.main.settings import Settings


def open_usage(database: Database, stack: AsyncExitStack) -> PostgresModelUsage:
    """Return what counts the calls of this process; the stack stores the last ones."""
    usage = PostgresModelUsage(database.pool, UsageMeter(GenaiPrices()))
    usage.start()
    stack.push_async_callback(usage.stop)
    return usage


def open_health(database: Database, stack: AsyncExitStack) -> HealthStore:
    """Return what stores how models do; the stack stores the last notes."""
    health = HealthStore(database.pool, HealthNotes())
    health.start()
    stack.push_async_callback(health.stop)
    return health


def open_trials(models: ModelsInUse, health: HealthStore, stack: AsyncExitStack) -> Trials:
    """Return what tries models out; the stack ends what is being looked at."""
    trials = Trials(models, health.notes, health.store_trial)
    stack.push_async_callback(trials.stop)
    return trials


def watch_circuits(metrics: Metrics, models: ModelsInUse) -> None:
    """Add the gauge of the endpoints' circuits."""
    metrics.watch_each(
        "model_circuits",
        "Endpoints of models by the state of their circuit in this process.",
        ("provider", "state"),
        models.circuits,
    )


def open_models(
    settings: Settings,
    database: Database,
    identity: Identity,
    *,
    stack: AsyncExitStack,
    meter: UsageMeter,
    notes: HealthNotes | None = None,
) -> ModelsInUse:
    """Return the models of this process; the stack closes their connections."""
    installed = InstalledModels(settings.models, meter)
    stack.push_async_callback(installed.aclose)
    endpoints = Endpoints(allowed=AllowList.parse(outbound_of(settings).allow), meter=meter, notes=notes)
    stack.push_async_callback(endpoints.aclose)
    stored = StoredModels(database)

    known = PricedModels()

    async def load(user_id: str) -> ChoosingModels:
        found = await stored.of_user(user_id)
        tracing = _tracing(found.tracing_key, identity)
        if not found.records:
            return ChoosingModels(installed, lambda: [installed.candidate()], tracing)
        endpoints.allow(found.addresses)
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
            health=found.health,
            known=known,
        )
        return ChoosingModels(models, lambda: [*models.candidates(known), installed.candidate()], tracing)

    return ModelsInUse(installed, load, endpoints, settings=settings.providers)


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
    traces = OpenAITraces(outbound_of(settings))
    stack.push_async_callback(traces.settled)
    return traces


def outbound_of(settings: Settings) -> OutboundSettings:
    """Return where models may be: also where Ollama is, which nothing else that fetches from outside may reach."""
    local = settings.auth.auth_mode == "local"
    allow = settings.providers.allowed(settings.outbound.allow, local=local)
    return settings.outbound.model_copy(update={"allow": allow})
