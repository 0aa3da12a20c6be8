"""The engine of one process: database, signals, bus and worker, without HTTP; started and stopped in this order."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from dynagent.application.shared.bus import Bus
from dynagent.core.agents import Agent, AgentRepository
from dynagent.core.executions import TraceLog
from dynagent.core.shared.events import AgentEventObserver, DomainEvent
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.hybrid.agents import HybridAgentRepository
from dynagent.infrastructure.hybrid.repository import AfterCommit, EntityCache
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
from dynagent.infrastructure.postgres.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.expiry import ExpiringQuestions
from dynagent.infrastructure.postgres.leases import PostgresLeases
from dynagent.infrastructure.postgres.outbox import Outbox
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.prune import Housekeeping, make_months_ahead
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.run_readers import PostgresAgentConfigurations, PostgresChats
from dynagent.infrastructure.postgres.submissions import PostgresSubmissions
from dynagent.infrastructure.postgres.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.trace_news import TraceNews
from dynagent.infrastructure.postgres.trace_writer import EventWriter
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from dynagent.main.handlers import Ports, Scope, register_handlers
from dynagent.main.health import parts_of
from dynagent.main.identity import Identity, open_identity, open_keys, register_identity
from dynagent.main.incidents import Incidents
from dynagent.main.models import ModelsBus, open_models, open_traces, open_usage, register_models, watch_circuits
from dynagent.main.process_metrics import ProcessMetrics
from dynagent.main.replica import late_scopes, open_replica
from dynagent.main.schedules import register_schedules, start_firing
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals
from dynagent.main.tools import make_catalogue
from dynagent.presentation.worker import Worker

log = structlog.get_logger()

Announce = Callable[[str], None]
"""Called with one line of progress for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What runs in every process, with or without an API; `health` asks all its parts."""

    bus: Bus[Scope]
    ports: Ports
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
        models = open_models(settings, database, identity, stack=stack, meter=usage.meter)
        writer = _open_writer(ground)
        ports = await _open_ports(ground, models, identity, ObservedTraceLog(_trace_log(ground, writer), metrics))
        bus = _open_bus(ground, models, ports)
        register_identity(bus, identity)
        register_models(bus, identity, models, settings=settings, usage=usage)
        watch_circuits(metrics, models)
        worker = await _start_worker(ground, bus, takes_work=takes_work)
        process_metrics = _watch(ground, worker, writer)
        parts = parts_of(
            settings,
            process_metrics,
            database=database,
            clock=ground.leases.clock,
            models=models,
            sandbox=ports.sandbox,
            replica=ground.replica,
        )
        yield Engine(
            bus=bus,
            ports=ports,
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


async def _start_worker(ground: Ground, bus: Bus[Scope], *, takes_work: bool) -> Worker:
    settings, signals, stack = ground.settings, ground.signals, ground.stack
    worker = Worker(bus, ground.leases, settings.worker, new_id=new_id, takes_work=takes_work)
    worker.also_swept.append(ExpiringQuestions(ground.database.pool, signals.publish, signals.notify_soon).sweep)
    await worker.start()
    signals.attach(worker, takes_work=takes_work)
    if takes_work:
        start_firing(settings, ground.database.pool, signals, stack)
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


async def _open_ports(ground: Ground, models: ModelsInUse, identity: Identity, trace: TraceLog) -> Ports:
    settings, pool, stack = ground.settings, ground.database.pool, ground.stack
    checkpoints = Checkpoints(ground.database.dsn)
    stack.push_async_callback(checkpoints.aclose)
    sandbox = await _open_sandbox(ground)
    catalogue = make_catalogue(settings, models=models, sandbox=sandbox, pool=pool, box=identity.box, stack=stack)
    dispatch = PostgresDispatch(pool, user_cap=settings.run.max_concurrent_runs_per_user)
    runner = LangGraphRunner(models=models, tools=catalogue, prices=GenaiPrices(), checkpoints=checkpoints)
    return Ports(
        models=models,
        catalogue=catalogue,
        sandbox=sandbox,
        trace=trace,
        notifier=ground.signals.notifier,
        cancel_signal=ground.signals.cancel_signal,
        dispatch=ObservedDispatch(dispatch, ground.metrics),
        runner=OwnersRunner(runner, models, identity.throttle, open_traces(settings, stack)),
        agents=PostgresAgentConfigurations(pool),
        box=identity.box,
        chats=PostgresChats(pool),
        submissions=PostgresSubmissions(pool, ground.outbox.deliver, ground.signals.hub.opened),
        checkpoints=checkpoints,
        submit=settings.submit,
        check_schema=misfits,
        schema_fault=schema_fault,
        call_timeout_s=settings.run.call_timeout_s,
        clock=ground.leases.clock,
    )


def _open_bus(ground: Ground, models: ModelsInUse, ports: Ports) -> Bus[Scope]:
    in_front = _agents_in_front(ground.signals, ground.metrics)
    scopes = Scopes(
        ground.database, deliver=ground.outbox.deliver, agents_in_front=in_front, publish=ground.signals.publish
    )
    bus = ModelsBus(scopes.open, models)
    if ground.replica is not None:
        bus.read_late_from(late_scopes(ground.database, ground.replica))
    register_handlers(bus, ports)
    register_schedules(bus, ground.settings, ground.leases.clock)
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


def _agents_in_front(
    signals: Signals, metrics: Metrics
) -> Callable[[AgentRepository, str, AfterCommit], AgentRepository]:
    copies = EntityCache(signals.cache, prefix="agent", model=Agent, observe=metrics.cache_asked)
    signals.serve_copies(copies)

    def put(agents: AgentRepository, user_id: str, after_commit: AfterCommit) -> AgentRepository:
        return HybridAgentRepository(
            agents, copies, user_id=user_id, after_commit=after_commit, publish_to_others=signals.forget_elsewhere
        )

    return put


def _log_failure(event: DomainEvent, error: BaseException) -> None:
    log.error("reaction_failed", event_name=event.name, event_id=event.event_id, exc_info=error)
