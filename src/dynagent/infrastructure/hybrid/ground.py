"""What everything else of a process stands on: the database, signals, the outbox, the log of traces."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from dynagent.core.runs import TraceLog
from dynagent.core.shared.clock import Clock
from dynagent.core.shared.events import AgentEventObserver
from dynagent.core.shared.tasks import running
from dynagent.infrastructure.hybrid.signals import Signals, open_signals
from dynagent.infrastructure.observability.failures import log_reaction
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.traces import ObservedTraceLog
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.opening import open_database
from dynagent.infrastructure.postgres.outbox import Outbox
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from dynagent.infrastructure.postgres.runs.submissions import Deliver
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_news import TraceNews
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.redis.settings import BrokerSettings, CacheSettings, RedisSettings
from dynagent.infrastructure.trace.settings import TraceSettings


@dataclass(frozen=True, kw_only=True)
class GroundSettings:
    """The settings of all of it."""

    broker: BrokerSettings = field(default_factory=BrokerSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    redis: RedisSettings = field(default_factory=RedisSettings)
    trace: TraceSettings = field(default_factory=TraceSettings)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Open parts; `replica` is None where none is set. Deliveries that fail are logged."""

    database: Database
    leases: PostgresLeases
    signals: Signals
    observer: AgentEventObserver
    outbox: Outbox
    replica: Replica | None
    writer: EventWriter
    trace: TraceLog
    metrics: Metrics

    @property
    def clock(self) -> Clock:
        """The database's clock."""
        return self.leases.clock

    @property
    def deliver(self) -> Deliver:
        """What takes the events of a committed transaction."""
        return self.outbox.deliver

    def late_pool(self) -> Pool | None:
        """Return the pool for what may be a little late, None where there is none just now."""
        return self.replica and self.replica.pool


@asynccontextmanager
async def open_ground(
    settings: GroundSettings,
    *,
    lease_s: float,
    user_cap: int,
    announce: Callable[[str], None],
) -> AsyncGenerator[Ground]:
    """Open it from the bottom up, and close it the other way round; `user_cap` bounds one user's runs at once."""
    metrics, observer, replica = Metrics(), AgentEventObserver(log_reaction), None
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        database = await enter(open_database(settings.database, announce))
        leases = PostgresLeases(database.beat_pool, lease_s=lease_s, user_cap=user_cap)
        signals = await enter(
            open_signals(database, leases, redis=settings.redis, broker=settings.broker, cache=settings.cache)
        )
        outbox = await enter(running(Outbox(database.pool, observer, carry=signals.carry)))
        if settings.database.database_replica_url is not None:
            replica = await enter(running(Replica(settings.database, lease_s=lease_s)))
        writer = EventWriter(
            database.pool,
            signals.publish,
            user_cap=user_cap,
            on_freed=signals.notify_soon,
            observe=lambda report: metrics.batch_stored(report.events, report.commit_s),
        )
        await enter(running(writer))
        heard = await enter(_open_log(database, signals, writer, settings=settings.trace, replica=replica))
        yield Ground(
            database=database,
            leases=leases,
            signals=signals,
            observer=observer,
            outbox=outbox,
            replica=replica,
            writer=writer,
            trace=ObservedTraceLog(heard, metrics),
            metrics=metrics,
        )


@asynccontextmanager
async def _open_log(
    database: Database, signals: Signals, writer: EventWriter, *, settings: TraceSettings, replica: Replica | None
) -> AsyncGenerator[TraceLog]:
    pool, hub, heartbeat_s = database.pool, signals.hub, settings.heartbeat_s
    async with running(TraceNews(pool, hub, heartbeat_s=heartbeat_s, degraded=lambda: signals.degraded)):
        yield PostgresTraceLog(
            pool,
            writer,
            hub,
            window_s=settings.token_window_ms / 1000,
            model_calls=settings.model_call_limits(),
            heartbeat_s=heartbeat_s,
            replica=lambda: replica and replica.pool,
        )
