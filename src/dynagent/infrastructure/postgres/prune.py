"""Housekeeping: months made ahead for the trace, what is too old removed, and how large everything is."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.kit.retention import Retention, count_old, remove_old
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.removal import remove

MONTHS_AHEAD = 2
BATCH = 500
_LOCK = 0x64796E61_7072756E  # "dyna" "prun"
_BOUND = re.compile(r"FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)")

PARTITIONS = """
SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'run_events'::regclass ORDER BY 1
"""
CAN_GO = """
SELECT $2::uuid <= dyn_uuid_floor($3) AND NOT EXISTS (
  SELECT FROM runs WHERE id >= $1 AND id < $2
    AND (status IN ('pending', 'running', 'waiting') OR completed_at >= $3)
)
"""
OLD = """
  SELECT id FROM runs WHERE id < dyn_uuid_floor($1) AND coalesce(completed_at, created_at) < $1
    AND status NOT IN ('pending', 'running', 'waiting') AND parent_run_id IS NULL
"""
COUNT = """
WITH old AS ({old})
SELECT (SELECT count(*) FROM old)::int AS executions,
  (SELECT count(*) FROM run_events e JOIN old ON e.execution_id = old.id
    WHERE e.tableoid::regclass::text <> ALL($2))::int AS events,
  (SELECT count(*) FROM checkpoints c JOIN old ON c.thread_id = old.id::text)::int AS checkpoints
""".replace("{old}", OLD)
DELETE_BATCH = f"""{remove(f"id IN ({OLD} ORDER BY id LIMIT $2)")}
SELECT (SELECT count(*) FROM gone) AS executions, (SELECT count(*) FROM events) AS events,
  (SELECT count(*) FROM kept) AS checkpoints
"""  # noqa: S608 - constants of the code
OF_THE_ENGINE = (
    Retention("outbox", "delivered_at < $1", timedelta(days=1)),
    Retention("workers", "dead AND lease_until < $1", timedelta(days=7)),
)
MISCOUNTED = """
SELECT s.user_id FROM user_slots s LEFT JOIN (
  SELECT user_id, count(*) AS n FROM runs WHERE status = 'running' GROUP BY user_id
) AS r ON r.user_id = s.user_id WHERE s.n <> coalesce(r.n, 0)
"""
HOLD = "SELECT n FROM user_slots WHERE user_id = $1 FOR UPDATE"
RECOUNT = """
UPDATE user_slots SET n = (SELECT count(*) FROM runs WHERE user_id = $1 AND status = 'running')
WHERE user_id = $1
"""
SIZES = """
SELECT coalesce(p.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes,
  sum(greatest(c.reltuples, 0))::bigint AS rows
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
GROUP BY 1 ORDER BY 2 DESC, 1
"""

log = structlog.stdlib.get_logger(__name__)


class RetentionSettings(BaseSettings):
    """How long ended executions, their traces and checkpoints are kept (days; unset: for ever)."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    prune_every_s: float = Field(default=3600, gt=0)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed; the events of dropped partitions are not counted one by one."""

    partitions: tuple[str, ...] = ()
    executions: int = 0
    events: int = 0
    checkpoints: int = 0


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its indexes (partitions added up); rows as PostgreSQL estimates them."""

    name: str
    bytes: int
    rows: int


async def prune(pool: Pool, older_than: timedelta, *, batch: int = BATCH) -> Pruned:
    """Remove executions that ended longer ago than that, with traces and checkpoints.

    Months that hold nothing alive are dropped whole, the rest is deleted in batches of executions.
    """
    async with pool.acquire() as connection:
        return await _prune(connection, older_than, batch)


async def what_would_go(pool: Pool, older_than: timedelta) -> Pruned:
    """Return what `prune` would remove now, and remove nothing."""
    limit = datetime.now(UTC) - older_than
    async with pool.acquire() as connection:
        whole = await _whole_months(connection, limit)
        row = await connection.fetchrow(COUNT, limit, list(whole))
    assert row is not None
    return Pruned(whole, row["executions"], row["events"], row["checkpoints"])


async def make_months_ahead(pool: Pool) -> int:
    """Make the trace's partitions of this month and the next ones; return how many were missing.

    At every start: after a long stop the first event would fall into the default partition, and its month with it.
    """
    return await pool.fetchval("SELECT dyn_make_event_partitions($1)", MONTHS_AHEAD)


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
    return [TableSize(row["name"], row["bytes"], row["rows"]) for row in await pool.fetch(SIZES)]


class Housekeeping:
    """Tidies and prunes every hour; of many processes one does it."""

    def __init__(self, pool: Pool, settings: RetentionSettings, rules: Sequence[Retention] = ()) -> None:
        self._pool = pool
        self._settings = settings
        self._rules = rules
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
                days = self._settings.retention_days
                return await _prune(connection, timedelta(days=days), BATCH) if days else Pruned()
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


# One connection does it all, the one that holds the lock: waiting for a second one could be waiting for ever.
async def _prune(connection: Connection, older_than: timedelta, batch: int) -> Pruned:
    limit = datetime.now(UTC) - older_than
    dropped = await _drop_partitions(connection, limit)
    counts = [0, 0, 0]
    while True:
        row = await connection.fetchrow(DELETE_BATCH, limit, batch)
        assert row is not None
        for place, name in enumerate(("executions", "events", "checkpoints")):
            counts[place] += row[name]
        if row["executions"] < batch:
            return Pruned(dropped, *counts)


async def _tidy(connection: Connection, rules: Sequence[Retention]) -> Mapping[str, int]:
    removed = await remove_old(connection, (*OF_THE_ENGINE, *rules))
    await _recount_slots(connection)
    await connection.execute("SELECT dyn_make_event_partitions($1)", MONTHS_AHEAD)
    return removed


async def _recount_slots(connection: Connection) -> None:
    """Give back places that nobody holds: a row that was removed by hand would keep one for ever."""
    for row in await connection.fetch(MISCOUNTED):
        # Whoever starts or ends a run of this user waits for the row; a statement of its own sees what they did before.
        async with connection.transaction():
            await connection.execute(HOLD, row["user_id"])
            await connection.execute(RECOUNT, row["user_id"])


async def _drop_partitions(connection: Connection, limit: datetime) -> tuple[str, ...]:
    whole = await _whole_months(connection, limit)
    for name in whole:
        async with connection.transaction():
            # Dropping waits for readers of the log and makes later ones wait: rather try again another day.
            await connection.execute("SET LOCAL lock_timeout = '2s'")
            await connection.execute(f'DROP TABLE "{name}"')
    return whole


async def _whole_months(connection: Connection, limit: datetime) -> tuple[str, ...]:
    """Return the partitions that hold nothing alive and nothing young."""
    found: list[str] = []
    for row in await connection.fetch(PARTITIONS):
        bounds = _BOUND.search(row["bound"])
        if bounds and await connection.fetchval(CAN_GO, bounds[1], bounds[2], limit):
            found.append(row["name"])
    return tuple(found)
