"""The engine of one process: database, signals, bus and worker, without HTTP; started and stopped in this order."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from dynagent.application.queries.executions.follow import Ask
from dynagent.application.shared.bus import Bus
from dynagent.core.runs import Runners, TraceLog
from dynagent.core.shared.clock import Clock
from dynagent.core.shared.events import AgentEventObserver, DomainEvent
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.langgraph.runner import LangGraphRunner
from dynagent.infrastructure.llm.in_use import ModelsInUse, OwnersRunner
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.observability.dispatch import ObservedDispatch
from dynagent.infrastructure.observability.health import Health
from dynagent.infrastructure.observability.logging import configure_logging
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.traces import ObservedTraceLog
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.model_health import HealthStore
from dynagent.infrastructure.postgres.model_usage import PostgresModelUsage
from dynagent.infrastructure.postgres.outbox import Outbox
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.prune import Housekeeping, make_months_ahead
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.runs.cancelling import OrphanedRuns
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_news import TraceNews
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.sandbox.incidents import Incidents
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.main import nouns
from dynagent.main.health import parts_of
from dynagent.main.identity import Identity, open_identity, open_keys
from dynagent.main.models import open_health, open_models, open_traces, open_trials, open_usage, watch_circuits
from dynagent.main.noun import Binds, Process, nouns_of, routes_of
from dynagent.main.process_metrics import ProcessMetrics
from dynagent.main.replica import late_scopes, open_replica
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals
from dynagent.main.tools import make_catalogue
from dynagent.presentation.worker.worker import Worker

log = structlog.get_logger()

NOUNS = nouns_of(nouns)

Announce = Callable[[str], None]
"""Called with one line of progress for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What runs in every process, with or without an API; `health` asks all its parts."""

    bus: Bus
    process: Process
    identity: Identity
    worker: Worker
    database: Database
    metrics: Metrics
    health: Health


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else of a process stands on; the stack stops what was started, last first."""

    settings: Settings
    database: Database
    leases: PostgresLeases
    signals: Signals
    metrics: Metrics
    stack: AsyncExitStack
    observer: AgentEventObserver
    outbox: Outbox
    incidents: Incidents
    replica: Replica | None = None

    def pool_for_metrics(self) -> Pool:
        """Return the pool that is asked for what may be a little late."""
        return (self.replica and self.replica.pool) or self.database.pool


@asynccontextmanager
async def open_engine(settings: Settings, *, announce: Announce, takes_work: bool) -> AsyncGenerator[Engine]:
    """Start everything but the API, give the engine, stop everything in the opposite order.

    Raises DynagentError with one clear line for what keeps it from starting.
    """
    configure_logging(settings.log)
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        ground = await _open_ground(settings, stack, announce)
        database, metrics = ground.database, ground.metrics
        identity = open_identity(settings, keys, database.pool, stack)
        usage = open_usage(database, stack)
        health = open_health(database, stack)
        models = open_models(settings, database, identity, stack=stack, meter=usage.meter, notes=health.notes)
        writer = _open_writer(ground)
        trace = ObservedTraceLog(_trace_log(ground, writer), metrics)
        process = await _open_process(ground, models, identity, usage=usage, health=health, trace=trace)
        bus = _open_bus(ground, process)
        watch_circuits(metrics, models)
        worker = await _start_worker(ground, bus, process, takes_work=takes_work)
        process_metrics = _watch(ground, worker, writer)
        parts = parts_of(
            settings,
            process_metrics,
            database=database,
            clock=ground.leases.clock,
            models=models,
            sandbox=process.sandbox,
            replica=ground.replica,
        )
        yield Engine(
            bus=bus,
            process=process,
            identity=identity,
            worker=worker,
            database=database,
            metrics=metrics,
            health=Health(parts),
        )


async def _open_ground(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Ground:
    database = await _open_database(settings, stack, announce)
    leases = PostgresLeases(
        database.beat_pool,
        lease_s=settings.worker.lease_s,
        user_cap=settings.run.max_concurrent_runs_per_user,
    )
    signals = Signals(settings, database, leases)
    await signals.start(stack)
    observer = AgentEventObserver(_log_failure)
    outbox = Outbox(database.pool, observer, carry=signals.carry)
    outbox.start()
    stack.push_async_callback(outbox.stop)
    incidents = Incidents(database.pool)
    replica = await open_replica(settings, stack)
    return Ground(settings, database, leases, signals, Metrics(), stack, observer, outbox, incidents, replica)


async def _open_database(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Database:
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    await database.connect()
    where = "embedded PostgreSQL" if database.is_embedded else "PostgreSQL"
    announce(f"{where} is up")
    try:
        await migrations.check_schema(database.pool)
    except migrations.SchemaMismatch:
        announce(f"bringing the schema to {migrations.head()}")
        await migrations.upgrade_apart(database.dsn)
        await migrations.check_schema(database.pool)
    await make_months_ahead(database.pool)
    return database


async def _start_worker(ground: Ground, bus: Bus, process: Process, *, takes_work: bool) -> Worker:
    settings, signals, stack = ground.settings, ground.signals, ground.stack
    worker = Worker(bus, ground.leases, settings.worker, new_id=new_id, takes_work=takes_work)
    worker.also_swept.append(ExpiringQuestions(ground.database.pool, signals.publish, signals.notify_soon).sweep)
    orphaned = OrphanedRuns(
        ground.database.pool,
        publish=signals.publish,
        announce=signals.cancel_signal.announce,
        notify=signals.notify_soon,
    )
    worker.also_swept.append(orphaned.sweep)
    await worker.start()
    signals.attach(worker, takes_work=takes_work)
    if takes_work:
        for noun in NOUNS:
            if noun.background is not None:
                noun.background(process, stack)
        housekeeping = Housekeeping(ground.database.pool, settings.retention)
        housekeeping.start()
        stack.push_async_callback(housekeeping.stop)
    stack.push_async_callback(worker.stop)
    # Before the worker stops: a notification that a stopping worker hears would be lost to the others.
    stack.push_async_callback(signals.stop_notifications)
    return worker


async def _open_sandbox(ground: Ground) -> ZygoteSandbox:
    ground.incidents.start()
    ground.stack.push_async_callback(ground.incidents.stop)
    sandbox = ZygoteSandbox(ground.settings.sandbox, ground.incidents)
    await sandbox.start()
    ground.stack.push_async_callback(sandbox.stop)
    return sandbox


async def _open_process(
    ground: Ground,
    models: ModelsInUse,
    identity: Identity,
    *,
    usage: PostgresModelUsage,
    health: HealthStore,
    trace: TraceLog,
) -> Process:
    settings, pool, stack = ground.settings, ground.database.pool, ground.stack
    checkpoints = Checkpoints(ground.database.dsn)
    stack.push_async_callback(checkpoints.aclose)
    sandbox = await _open_sandbox(ground)
    catalogue = make_catalogue(settings, models=models, sandbox=sandbox, pool=pool, box=identity.box, stack=stack)
    dispatch = PostgresDispatch(pool, user_cap=settings.run.max_concurrent_runs_per_user)
    runner = LangGraphRunner(models=models, tools=catalogue, prices=GenaiPrices(), checkpoints=checkpoints)
    return Process(
        settings=settings,
        database=ground.database,
        clock=ground.leases.clock,
        deliver=ground.outbox.deliver,
        signals=ground.signals,
        metrics=ground.metrics,
        identity=identity,
        models=models,
        usage=usage,
        model_health=health,
        trials=open_trials(models, health, stack),
        trace=trace,
        catalogue=catalogue,
        sandbox=sandbox,
        dispatch=ObservedDispatch(dispatch, ground.metrics),
        runner=OwnersRunner(runner, models, identity.throttle, open_traces(settings, stack)),
        checkpoints=checkpoints,
    )


def _open_bus(ground: Ground, process: Process) -> Bus:
    bus = Bus(Scopes(ground.database, deliver=ground.outbox.deliver).open)
    if ground.replica is not None:
        bus.read_late_from(late_scopes(ground.database, ground.replica))
    runners = Runners([runner for noun in NOUNS for runner in noun.runners(process)])
    of_the_house = Binds({Ask: bus.send, Clock: process.clock, Runners: runners}, {UnitOfWork: lambda scope: scope.uow})
    bus.serve(routes_of(NOUNS, [of_the_house, *(noun.binds(process) for noun in NOUNS)]))
    ground.incidents.attach(bus, ground.observer)
    ground.stack.push_async_callback(ground.incidents.settled)
    return bus


def _watch(ground: Ground, worker: Worker, writer: EventWriter) -> ProcessMetrics:
    process_metrics = ProcessMetrics(
        ground.metrics,
        worker=worker,
        signals=ground.signals,
        writer=writer,
        pool=ground.pool_for_metrics,
        database=ground.database,
    )
    process_metrics.start(ground.stack)
    return process_metrics


def _open_writer(ground: Ground) -> EventWriter:
    writer = EventWriter(
        ground.database.pool,
        ground.signals.publish,
        user_cap=ground.settings.run.max_concurrent_runs_per_user,
        on_freed=ground.signals.notify_soon,
        observe=lambda report: ground.metrics.batch_stored(report.events, report.commit_s),
    )
    writer.start()
    ground.stack.push_async_callback(writer.stop)
    return writer


def _trace_log(ground: Ground, writer: EventWriter) -> TraceLog:
    signals = ground.signals
    heartbeat_s = ground.settings.trace.heartbeat_s
    news = TraceNews(ground.database.pool, signals.hub, heartbeat_s=heartbeat_s, degraded=lambda: signals.degraded)
    news.start()
    ground.stack.push_async_callback(news.stop)
    return PostgresTraceLog(
        ground.database.pool,
        writer,
        signals.hub,
        window_s=ground.settings.trace.token_window_ms / 1000,
        heartbeat_s=heartbeat_s,
        replica=lambda: ground.replica.pool if ground.replica is not None else None,
    )


def _log_failure(event: DomainEvent, error: BaseException) -> None:
    log.error("reaction_failed", event_name=event.name, event_id=event.event_id, exc_info=error)
