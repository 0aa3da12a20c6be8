"""What is too old of runs, removed with logs and checkpoints; months of the log made ahead; counts put right."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.counts import count_settled
from dynagent.infrastructure.postgres.runs.removal import remove, tree

MONTHS_AHEAD = 2
BATCH = 500
_BOUND = re.compile(r"FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)")

PARTITIONS = """
SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'run_events'::regclass ORDER BY 1
"""
# A tree of runs is kept as one: a child's log as long as its root.
CAN_GO = """
SELECT $2::uuid <= dyn_uuid_floor($3) AND NOT EXISTS (
  SELECT FROM runs WHERE id >= $1 AND id < $2
    AND (status IN ('pending', 'running', 'waiting') OR completed_at >= $3)
) AND NOT EXISTS (
  SELECT FROM runs c JOIN runs r ON r.id = c.root_run_id WHERE c.id >= $1 AND c.id < $2
    AND (r.status IN ('pending', 'running', 'waiting') OR r.completed_at >= $3)
)
"""
OLD = """
  SELECT id FROM runs WHERE id < dyn_uuid_floor($1) AND coalesce(completed_at, created_at) < $1
    AND status NOT IN ('pending', 'running', 'waiting') AND parent_run_id IS NULL
"""
COUNT = f"""{tree(f"id IN ({OLD})")}, old AS (SELECT id FROM tree)
SELECT (SELECT count(*) FROM old)::int AS executions,
  (SELECT count(*) FROM run_events e JOIN old ON e.execution_id = old.id
    WHERE e.tableoid::regclass::text <> ALL($2))::int AS events,
  (SELECT count(*) FROM checkpoints c JOIN old ON c.thread_id = old.id::text)::int AS checkpoints
"""  # noqa: S608 - constants of the code
DELETE_BATCH = f"""{remove(f"id IN ({OLD} ORDER BY id LIMIT $2)")}
SELECT (SELECT count(*) FROM gone) AS executions, (SELECT count(*) FROM events) AS events,
  (SELECT count(*) FROM kept) AS checkpoints
"""  # noqa: S608 - constants of the code
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


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed; the events of dropped partitions are not counted one by one."""

    partitions: tuple[str, ...] = ()
    executions: int = 0
    events: int = 0
    checkpoints: int = 0


async def prune(pool: Pool, older_than: timedelta, *, batch: int = BATCH) -> Pruned:
    """Remove executions that ended longer ago than that, with traces and checkpoints.

    Months that hold nothing alive are dropped whole, the rest is deleted in batches of executions.
    """
    async with pool.acquire() as connection:
        return await prune_over(connection, older_than, batch)


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


async def tidy_over(connection: Connection) -> int:
    """Count what is listed, give back places that nobody holds; make months ahead and return how many were missing."""
    await count_settled(connection)
    await _recount_slots(connection)
    return await connection.fetchval("SELECT dyn_make_event_partitions($1)", MONTHS_AHEAD)


async def prune_over(connection: Connection, older_than: timedelta, batch: int = BATCH) -> Pruned:
    """Prune over one connection: one that holds a lock must not wait for a second, it could be waiting for ever."""
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
