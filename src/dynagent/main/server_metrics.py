"""The metrics of the database server and of this process's connections to it."""

import asyncio

import structlog

from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.activity import Activity, read_activity
from dynagent.infrastructure.postgres.database import Database

log = structlog.get_logger()

LOOK_EVERY_S = 15.0
SERVER = (
    ("server_connections", "connections", "Client connections of the database server, of all programs."),
    ("server_connections_most", "max_connections", "Connections that the database server allows."),
    ("longest_statement_seconds", "longest_statement_s", "How long the statement runs that runs longest."),
    ("longest_idle_transaction_seconds", "longest_idle_s", "How long a transaction has been open that does nothing."),
    ("waiting_for_locks", "waiting_for_locks", "Connections that wait for another one's lock."),
    ("deadlocks", "deadlocks", "Deadlocks of this database since its metrics began."),
    ("cached_ratio", "cached", "Share of the database's reads that came from memory."),
)
"""Name of a gauge, its field of `Activity`, what it says."""


class ServerMetrics:
    """How busy the database server was when it was last looked at; what stands out is logged when it begins."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._seen: Activity | None = None
        self._reported = False
        metrics.watch_each(
            "database_connections",
            "This process's connections by pool, and in what state; the most it may hold.",
            ("pool", "state"),
            database.connections,
        )
        for name, field, documentation in SERVER:
            metrics.watch(f"database_{name}", documentation, lambda field=field: self._read(field))

    async def keep_looking(self) -> None:
        """Look, never at a scrape; while the database is away the metrics stay as they were."""
        while True:
            try:
                self._seen = await read_activity(self._database.pool)
                trouble = self._seen.trouble()
                if trouble is not None and not self._reported:
                    log.warning("database_busy", trouble=trouble)
                self._reported = trouble is not None
            except Exception as error:
                log.debug("database_metrics_not_read", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_S)

    def _read(self, field: str) -> float:
        return float(getattr(self._seen, field) or 0) if self._seen is not None else 0.0
