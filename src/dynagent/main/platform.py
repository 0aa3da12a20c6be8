"""The platform of one process: everything concrete is named, started and stopped here, in this order."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_USER_ID, SYSTEM
from dynagent.application.shared.permissions import PermittingBus
from dynagent.core.agents import Agent, AgentRepository
from dynagent.core.shared.events import DomainEvent, EventObserver
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.hybrid.agents import HybridAgentRepository
from dynagent.infrastructure.hybrid.repository import AfterCommit, EntityCache
from dynagent.infrastructure.langgraph.runner import LangGraphRunner
from dynagent.infrastructure.llm.factory import InstalledModels
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.observability.health import Health
from dynagent.infrastructure.observability.logging import configure_logging
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.requests import observe
from dynagent.infrastructure.observability.traces import ObservedTraceLog
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.leases import PostgresLeases
from dynagent.infrastructure.postgres.outbox import Outbox
from dynagent.infrastructure.postgres.run_readers import PostgresAgentConfigurations, PostgresConversations
from dynagent.infrastructure.postgres.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.trace_writer import BatchReport, EventWriter
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.tools.arguments import misfits
from dynagent.main.handlers import Ports, Scope, register_handlers
from dynagent.main.health import parts_of
from dynagent.main.identity import Identity, make_identity, register_identity
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals
from dynagent.main.tools import make_catalogue
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.shared.sse import StreamShutdown
from dynagent.presentation.worker import Worker

log = structlog.get_logger()

Tell = Callable[[str], None]
"""Called with one line of progress for people."""


class Platform:
    """What runs in this process. `asgi` is the API with logs and figures around it, `app` the API itself."""

    def __init__(
        self, *, bus: Bus[Scope], worker: Worker, app: FastAPI, asgi: ASGIApp, shutdown: StreamShutdown
    ) -> None:
        self.bus = bus
        self.worker = worker
        self.app = app
        self.asgi = asgi
        self._shutdown = shutdown

    def begin_shutdown(self) -> None:
        """Tell open streams to come back later; call it before waiting for connections to end."""
        self._shutdown.begin()


@asynccontextmanager
async def open_platform(
    settings: Settings | None = None, *, tell: Tell = lambda _: None, takes_work: bool = True
) -> AsyncGenerator[Platform]:
    """Start everything, give the platform, stop everything in the opposite order.

    Raises DynagentError with one clear line for what keeps it from starting, pydantic.ValidationError for a setting.
    """
    settings = settings or Settings()
    configure_logging(settings.log)
    async with AsyncExitStack() as stack:
        database = await _open_database(settings, stack, tell)
        metrics = Metrics()
        leases = PostgresLeases(database.pool, lease_s=settings.worker.lease_s)
        signals = Signals(settings, database, leases)
        await signals.start(stack)
        identity = _open_identity(settings, database)
        bus, ports = await _open_bus(settings, database, signals, metrics, stack)
        register_identity(bus, identity)
        worker = Worker(bus, leases, settings.worker, new_id=new_id, takes_work=takes_work)
        signals.attach(worker)
        await worker.start()
        stack.push_async_callback(worker.stop)
        _watch(metrics, worker, signals)
        parts = parts_of(
            settings,
            database=database,
            signals=signals,
            models=ports.models,
            sandbox=ports.sandbox,
            worker=worker,
        )
        shutdown = StreamShutdown()
        app = build_app(
            bus,
            health=Health(parts).report,
            metrics=metrics.render,
            settings=settings.api,
            shutdown=shutdown,
            frontend=built_frontend(),
            door=identity.door,
        )
        await _tell_setup(bus, settings, tell)
        yield Platform(bus=bus, worker=worker, app=app, asgi=observe(app, metrics, LOCAL_USER_ID), shutdown=shutdown)


async def _open_database(settings: Settings, stack: AsyncExitStack, tell: Tell) -> Database:
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    await database.connect()
    where = "embedded PostgreSQL" if database.is_embedded else "PostgreSQL"
    tell(f"{where} is up")
    try:
        await migrations.check_schema(database.pool)
    except migrations.SchemaMismatch:
        tell(f"bringing the schema to {migrations.head()}")
        await migrations.upgrade(database.dsn)
        await migrations.check_schema(database.pool)
    return database


def _open_identity(settings: Settings, database: Database) -> Identity:
    return make_identity(
        settings.auth,
        settings.secrets,
        data_dir=settings.database.data_dir,
        pool=database.pool,
        redis_url=settings.redis.url,
    )


async def _tell_setup(bus: Bus[Scope], settings: Settings, tell: Tell) -> None:
    """Print the one-time link of the first setup; what stands behind the # is never sent to any server."""
    if settings.auth.auth_mode == "required":
        token = await bus.send(PrepareSetup(), SYSTEM)
        if token is not None:
            tell(f"no administrator yet: open /setup#token={token} of this server to become it (once)")


async def _open_bus(
    settings: Settings, database: Database, signals: Signals, metrics: Metrics, stack: AsyncExitStack
) -> tuple[Bus[Scope], Ports]:
    pool = database.pool
    models = InstalledModels(settings.models)
    stack.push_async_callback(models.aclose)
    sandbox = ZygoteSandbox(settings.sandbox)
    await sandbox.start()
    stack.push_async_callback(sandbox.stop)
    catalogue = make_catalogue(settings, models=models, sandbox=sandbox, pool=pool, stack=stack)
    outbox = Outbox(pool, EventObserver(_log_failure))
    outbox.start()
    stack.push_async_callback(outbox.stop)
    writer = EventWriter(
        pool,
        signals.publish,
        user_cap=settings.run.max_concurrent_runs_per_user,
        on_freed=signals.ring_soon,
        observe=_counting(metrics),
    )
    writer.start()
    stack.push_async_callback(writer.stop)
    trace = PostgresTraceLog(
        pool,
        writer,
        signals.hub,
        window_s=settings.trace.token_window_ms / 1000,
        heartbeat_s=settings.trace.heartbeat_s,
        degraded=lambda: signals.degraded,
    )
    ports = Ports(
        models=models,
        catalogue=catalogue,
        sandbox=sandbox,
        trace=ObservedTraceLog(trace, metrics),
        doorbell=signals.doorbell,
        cancel_signal=signals.cancel_signal,
        dispatch=PostgresDispatch(pool, user_cap=settings.run.max_concurrent_runs_per_user),
        runner=LangGraphRunner(models=models, tools=catalogue, prices=GenaiPrices()),
        agents=PostgresAgentConfigurations(pool),
        conversations=PostgresConversations(pool),
        submit=settings.submit,
        check_schema=misfits,
        call_timeout_s=settings.run.call_timeout_s,
    )
    bus = PermittingBus[Scope](Scopes(database, deliver=outbox.deliver, agents_in_front=_agents_in_front(signals)).open)
    register_handlers(bus, ports)
    return bus, ports


def _agents_in_front(signals: Signals) -> Callable[[AgentRepository, str, AfterCommit], AgentRepository]:
    copies = EntityCache(signals.cache, prefix="agent", model=Agent)
    signals.serve_copies(copies)

    def put(agents: AgentRepository, user_id: str, after_commit: AfterCommit) -> AgentRepository:
        return HybridAgentRepository(
            agents, copies, user_id=user_id, after_commit=after_commit, tell_others=signals.forget_elsewhere
        )

    return put


def _counting(metrics: Metrics) -> Callable[[BatchReport], None]:
    return lambda report: metrics.batch_stored(report.events, report.commit_s)


def _watch(metrics: Metrics, worker: Worker, signals: Signals) -> None:
    metrics.watch("executions_running", "Executions that run in this process now.", lambda: worker.running)
    metrics.watch("bells_waiting", "Bells that wait for a free place here.", lambda: worker.waiting)
    metrics.watch("trace_followers", "Followers of live executions in this process.", lambda: signals.hub.followers)


def _log_failure(event: DomainEvent, error: BaseException) -> None:
    log.error("reaction_failed", event_name=event.name, event_id=event.event_id, exc_info=error)


def built_frontend(places: Sequence[Path] = ()) -> Path | None:
    """Return the directory of the built user interface: in the checkout or inside the installed package."""
    here = Path(__file__).resolve()
    for place in (*places, here.parents[3] / "frontend" / "out", here.parents[1] / "frontend"):
        if (place / "index.html").is_file():
            return place
    return None
