"""The engine of one process, without HTTP: what it is made of, opened bottom up and closed the other way round."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from dynagent.application.shared.access import Access
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.bus import Bus
from dynagent.core.runs import Runners
from dynagent.core.shared.clock import Clock
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.tasks import STOP_S, running
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.documents.extraction import DocumentSettings
from dynagent.infrastructure.embeddings.built_in import BuiltInSettings
from dynagent.infrastructure.hybrid.ground import Ground, open_ground
from dynagent.infrastructure.hybrid.knowledge import Knowledge, open_knowledge
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.langgraph.runner import LangGraphRunner
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.llm.in_use import ModelsInUse, OwnersRunner
from dynagent.infrastructure.llm.openai_traces import OpenAITraces
from dynagent.infrastructure.llm.opening import open_models
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.llm.trials import Trials
from dynagent.infrastructure.llm.usage import UsageMeter
from dynagent.infrastructure.observability.health import Health
from dynagent.infrastructure.observability.logging import configure_logging
from dynagent.infrastructure.observability.measured_runs import MeasuredRunner
from dynagent.infrastructure.observability.parts import open_watch
from dynagent.infrastructure.postgres.custom_tools import PostgresToolLoader
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.postgres.language_models_stored import KeysForTools, StoredModels
from dynagent.infrastructure.postgres.model_health import HealthStore
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.infrastructure.postgres.prune import Housekeeping
from dynagent.infrastructure.postgres.runs.cancelling import OrphanedRuns
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
from dynagent.infrastructure.postgres.sandbox_audit import SandboxAudit
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.sandbox.incidents import Incidents
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.security.identity import Identity, make_identity
from dynagent.infrastructure.security.keyring import KeyRing, load_keyring
from dynagent.infrastructure.tools.asking import ToolAsks
from dynagent.infrastructure.tools.opening import open_tools
from dynagent.infrastructure.tools.search.engines import SearchSettings
from dynagent.main import nouns
from dynagent.main.noun import Binds, Process, access_of, nouns_of, retention_of, routes_of
from dynagent.main.settings import Settings
from dynagent.presentation.worker.door import WorkerDoor
from dynagent.presentation.worker.worker import Worker

NOUNS = nouns_of(nouns)

Announce = Callable[[str], None]
"""Called with one line of progress for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What runs in every process, with or without an API; `health` asks all its parts."""

    bus: Bus
    process: Process
    worker: Worker
    health: Health

    def door(self) -> WorkerDoor:
        """Return the little HTTP of a process without an API."""
        metrics = self.process.metrics.render
        return WorkerDoor(metrics=metrics, health=self.health.report, trouble=lambda: self.worker.trouble)


@asynccontextmanager
async def open_engine(settings: Settings, *, announce: Announce, takes_work: bool) -> AsyncGenerator[Engine]:
    """Start everything but the API, give the engine, stop everything in the opposite order.

    Raises DynagentError with one clear line for what keeps it from starting.
    """
    settings = settings.with_those_of(model for noun in NOUNS for model in noun.settings)
    configure_logging(settings.log)
    keys = load_keyring(settings.secrets, settings.database.data_dir, may_generate=settings.is_local)
    async with AsyncExitStack() as stack:
        lease_s, user_cap = settings.worker.lease_s, settings.run.max_concurrent_runs_per_user
        ground = await stack.enter_async_context(
            open_ground(settings, lease_s=lease_s, user_cap=user_cap, announce=announce)
        )
        incidents = await stack.enter_async_context(running(Incidents(SandboxAudit(ground.database.pool))))
        sandbox = await stack.enter_async_context(running(ZygoteSandbox(settings.sandbox, incidents)))
        asks = ToolAsks()
        process = await _open_process(settings, ground, keys, sandbox, asks=asks, stack=stack)
        bus = _bus(process)
        asks.attach(bus.send)
        incidents.attach(bus, ground.observer)
        worker = await _start_worker(bus, process, stack, takes_work=takes_work)
        watch = open_watch(
            process.metrics,
            worker=worker,
            writer=process.writer,
            signals=process.signals,
            models=process.models,
            sandbox=process.sandbox,
            database=process.database,
            replica=process.replica,
            clock=process.clock,
        )
        yield Engine(bus=bus, process=process, worker=worker, health=await stack.enter_async_context(watch))


async def _open_process(
    settings: Settings, ground: Ground, keys: KeyRing, sandbox: ZygoteSandbox, *, asks: ToolAsks, stack: AsyncExitStack
) -> Process:
    pool, redis_url, enter = ground.database.pool, settings.redis.url, stack.enter_async_context
    people = make_identity(settings.auth, keys, principals=PostgresPrincipals(pool), redis_url=redis_url)
    identity = await enter(aclosing(people))
    models = await _open_models(settings, ground, identity, stack)
    checkpoints = await enter(aclosing(Checkpoints(ground.database.dsn)))
    knowledge = await enter(_open_knowledge(settings, ground, models.in_use))
    catalogue = await enter(
        open_tools(
            settings.of(SearchSettings),
            outbound=settings.outbound,
            redis_url=redis_url,
            data_dir=settings.database.data_dir,
            models=models.in_use,
            sandbox=sandbox,
            box=identity.box,
            load_custom=PostgresToolLoader(pool),
            load_keys=KeysForTools(pool),
            asks=asks,
        )
    )
    runner = LangGraphRunner(models=models.in_use, tools=catalogue, prices=GenaiPrices(), checkpoints=checkpoints)
    traces = await enter(aclosing(OpenAITraces(settings.models_outbound)))
    return Process(
        **vars(ground),
        settings=settings,
        identity=identity,
        models=models.in_use,
        usage=models.usage,
        model_health=models.health,
        trials=models.trials,
        catalogue=catalogue,
        knowledge=knowledge,
        sandbox=sandbox,
        runner=OwnersRunner(runner, models.in_use, identity.throttle, traces),
        checkpoints=checkpoints,
    )


def _open_knowledge(settings: Settings, ground: Ground, models: ModelsInUse) -> AbstractAsyncContextManager[Knowledge]:
    return open_knowledge(
        ground.database.pool,
        models,
        built_in=settings.of(BuiltInSettings),
        documents=settings.of(DocumentSettings),
        outbound=settings.outbound,
        data_dir=settings.database.data_dir,
    )


class _Models(NamedTuple):
    """The models of a process, and what it learns about them."""

    in_use: ModelsInUse
    usage: PostgresModelUsage
    health: HealthStore
    trials: Trials


async def _open_models(settings: Settings, ground: Ground, identity: Identity, stack: AsyncExitStack) -> _Models:
    pool, enter = ground.database.pool, stack.enter_async_context
    usage = await enter(running(PostgresModelUsage(pool, UsageMeter(GenaiPrices()))))
    health = await enter(running(HealthStore(pool, HealthNotes())))
    in_use = await enter(
        open_models(
            settings.models,
            settings.providers,
            StoredModels(ground.database).of_user,
            settings.models_outbound,
            box=identity.box,
            rates=identity.throttle,
            meter=usage.meter,
            notes=health.notes,
        )
    )
    trials = Trials(in_use, health.notes, health.store_trial)
    stack.push_async_callback(trials.stop)
    return _Models(in_use, usage, health, trials)


def _bus(process: Process) -> Bus:
    access = access_of(NOUNS)
    bus = Bus(Scopes(process.database, deliver=process.deliver).open, access)
    if process.replica is not None:
        bus.read_late_from(process.replica.scopes_of(process.database))
    runners = Runners(MeasuredRunner(runner, process.metrics) for noun in NOUNS for runner in noun.runners(process))
    shared = {Access: access, Ask: bus.send, Clock: process.clock, Runners: runners, **process.settings.of_nouns}
    of_the_house = Binds(shared, {UnitOfWork: lambda scope: scope.uow})
    bus.serve(routes_of(NOUNS, [of_the_house, *(noun.binds(process) for noun in NOUNS)]))
    return bus


async def _start_worker(bus: Bus, process: Process, stack: AsyncExitStack, *, takes_work: bool) -> Worker:
    settings, signals, pool = process.settings, process.signals, process.database.pool
    worker = Worker(bus, process.leases, settings.worker, new_id=new_id, takes_work=takes_work)
    questions = ExpiringQuestions(pool, signals.publish, signals.notify_soon)
    announce = signals.cancel_signal.announce
    orphaned = OrphanedRuns(pool, publish=signals.publish, announce=announce, notify=signals.notify_soon)
    worker.also_swept += [questions.sweep, orphaned.sweep]
    # Runs may finish meanwhile: that takes the drain's time before anything can hang.
    await stack.enter_async_context(running(worker, within_s=settings.worker.drain_s + 2 * STOP_S))
    signals.attach(worker, takes_work=takes_work)
    if takes_work:
        for noun in NOUNS:
            if noun.background is not None:
                noun.background(process, stack)
        housekeeping = Housekeeping(
            pool, settings.retention, retention_of(NOUNS), on_size=process.metrics.state_bytes.set
        )
        await stack.enter_async_context(running(housekeeping))
    # Before the worker stops: a notification that a stopping worker hears would be lost to the others.
    stack.push_async_callback(signals.stop_notifications)
    return worker
