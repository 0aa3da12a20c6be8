"""The figures of a process that are read when somebody scrapes, and those that a task reads from the database."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.activity import Activity, read_activity
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.main.signals import Signals
from dynagent.presentation.worker import Worker

log = structlog.get_logger()

READ_EVERY_S = 5.0
LOOK_EVERY_S = 15.0
SERVER = (
    ("server_connections", "connections", "Client connections of the database server, of all programs."),
    ("server_connections_most", "max_connections", "Connections that the database server allows."),
    ("longest_statement_seconds", "longest_statement_s", "How long the statement runs that runs longest."),
    ("longest_idle_transaction_seconds", "longest_idle_s", "How long a transaction has been open that does nothing."),
    ("waiting_for_locks", "waiting_for_locks", "Connections that wait for another one's lock."),
    ("deadlocks", "deadlocks", "Deadlocks of this database since its figures began."),
    ("cached_ratio", "cached", "Share of the database's reads that came from memory."),
)
"""Name of a gauge, its field of `Activity`, what it says."""
PENDING = """
SELECT count(*)::int AS n, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_s
FROM executions WHERE status = 'pending'
"""


def watch(
    metrics: Metrics, *, worker: Worker, signals: Signals, database: Database, pool: Callable[[], Pool]
) -> Callable[[], Awaitable[None]]:
    """Add the gauges of this process and start the task that reads the queue; return what stops it."""
    server = ServerFigures(database)
    server.watch(metrics)
    metrics.watch_each(
        "database_connections",
        "This process's connections by pool, and in what state; the most it may hold.",
        ("pool", "state"),
        database.connections,
    )
    hub = signals.hub
    metrics.watch("executions_running", "Executions that run in this process now.", lambda: worker.running)
    metrics.watch("bells_waiting", "Bells that wait for a free place here.", lambda: worker.waiting)
    metrics.watch("trace_followers", "Followers of live executions in this process.", lambda: hub.followers)
    metrics.count("trace_ring_hits", "Reads of followers served from memory.", lambda: hub.ring_hits)
    metrics.count("trace_ring_misses", "Reads of followers that had to ask the table.", lambda: hub.ring_misses)
    tasks = [
        asyncio.create_task(_read_queue(metrics, pool), name="queue-figures"),
        asyncio.create_task(server.keep_looking(), name="database-figures"),
    ]

    async def stop() -> None:
        await end_tasks(tasks)

    return stop


async def _read_queue(metrics: Metrics, pool: Callable[[], Pool]) -> None:
    """Read how many executions wait; never at a scrape, so that scraping often costs the database nothing."""
    while True:
        try:
            row = await pool().fetchrow(PENDING)
            if row is not None:
                metrics.executions_pending.set(row["n"])
                metrics.oldest_pending_seconds.set(row["oldest_s"])
        except Exception as error:
            log.debug("queue_figures_not_read", error=repr(error))
        await asyncio.sleep(READ_EVERY_S)


class ServerFigures:
    """How busy the database server was when it was last looked at; what stands out is logged when it begins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: Activity | None = None
        self._told = False

    def watch(self, metrics: Metrics) -> None:
        """Add the gauges."""
        for name, field, documentation in SERVER:
            metrics.watch(f"database_{name}", documentation, lambda field=field: self._read(field))

    async def keep_looking(self) -> None:
        """Look, never at a scrape; while the database is away the figures stay as they were."""
        while True:
            try:
                self._seen = await read_activity(self._database.pool)
                trouble = self._seen.trouble()
                if trouble is not None and not self._told:
                    log.warning("database_busy", trouble=trouble)
                self._told = trouble is not None
            except Exception as error:
                log.debug("database_figures_not_read", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_S)

    def _read(self, field: str) -> float:
        return float(getattr(self._seen, field) or 0) if self._seen is not None else 0.0
