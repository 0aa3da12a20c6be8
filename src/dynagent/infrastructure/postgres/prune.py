"""Housekeeping: what is too old removed, of runs by `runs/retention.py`, and how large everything is."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.kit.retention import Retention, count_old, remove_old
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.retention import Pruned, prune_over, tidy_over

_LOCK = 0x64796E61_7072756E  # "dyna" "prun"

OF_THE_ENGINE = (
    Retention("outbox", "delivered_at < $1", timedelta(days=1)),
    Retention("workers", "dead AND lease_until < $1", timedelta(days=7)),
)
SIZES = """
SELECT coalesce(p.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes,
  sum(greatest(c.reltuples, 0))::bigint AS rows
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
GROUP BY 1 ORDER BY 2 DESC, 1
"""

STATE = frozenset(
    ("runs", "run_events", "run_model_calls", "run_model_call_parts", "checkpoints", "checkpoint_blobs",
     "checkpoint_writes", "agent_messages")
)  # fmt: skip
"""What runs leave behind: rows, traces, what models were sent, states of graphs, messages of agents."""

log = structlog.stdlib.get_logger(__name__)


class RetentionSettings(BaseSettings):
    """How long ended executions, their traces and checkpoints are kept (days; unset: for ever)."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    prune_every_s: float = Field(default=3600, gt=0)


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its indexes (partitions added up); rows as PostgreSQL estimates them."""

    name: str
    bytes: int
    rows: int


async def tidy(pool: Pool, rules: Sequence[Retention] = ()) -> Mapping[str, int]:
    """Make months ahead and remove what the engine and these rules let go; return how many rows of which table."""
    async with pool.acquire() as connection:
        return await _tidy(connection, rules)


async def what_tidy_would_remove(pool: Pool, rules: Sequence[Retention]) -> Mapping[str, int]:
    """Return what `tidy` would remove now, and remove nothing."""
    async with pool.acquire() as connection:
        return await count_old(connection, (*OF_THE_ENGINE, *rules))


async def table_sizes(pool: Pool) -> Sequence[TableSize]:
    """Return all tables, the largest first."""
    async with pool.acquire() as connection:
        return await _sizes(connection)


class Housekeeping:
    """Tidies and prunes every hour; of many processes one does it. `on_size` is told how large the state of runs is."""

    def __init__(
        self,
        pool: Pool,
        settings: RetentionSettings,
        rules: Sequence[Retention] = (),
        *,
        on_size: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._pool = pool
        self._settings = settings
        self._rules = rules
        self._on_size = on_size
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, at once; call on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        """Stop, in the middle of a batch too: each is a transaction."""
        await end_tasks([self._task])

    async def once(self) -> Pruned | None:
        """Tidy and prune now; None when another process is at it."""
        async with self._pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                return None
            try:
                await _tidy(connection, self._rules)
                self._on_size(sum(size.bytes for size in await _sizes(connection) if size.name in STATE))
                days = self._settings.retention_days
                return await prune_over(connection, timedelta(days=days)) if days else Pruned()
            finally:
                await connection.fetchval("SELECT pg_advisory_unlock($1)", _LOCK)

    async def _run(self) -> None:
        while True:
            try:
                pruned = await self.once()
                if pruned is not None and pruned != Pruned():
                    log.info("pruned", executions=pruned.executions, partitions=pruned.partitions)
            except Exception as error:
                log.warning("housekeeping_failed", error=repr(error))
            await asyncio.sleep(self._settings.prune_every_s)


async def _sizes(connection: Connection) -> list[TableSize]:
    return [TableSize(row["name"], row["bytes"], row["rows"]) for row in await connection.fetch(SIZES)]


async def _tidy(connection: Connection, rules: Sequence[Retention]) -> Mapping[str, int]:
    removed = await remove_old(connection, (*OF_THE_ENGINE, *rules))
    await tidy_over(connection)
    return removed
