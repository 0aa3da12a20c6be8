"""Cancelling whole trees of runs: what runs is marked, what does not run ends at once with its last event."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dynagent.core.runs import Cancelled, Frame, Lane
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.runs.children import runs_ended
from dynagent.infrastructure.trace.recorder import encode

SWEEP_LIMIT = 200

# The youngest first: a child's end locks the child and then its parent, so must this.
LOCK_TREE = """
WITH RECURSIVE tree AS (
  SELECT id FROM runs WHERE id = ANY($1::uuid[])
  UNION SELECT c.id FROM runs c JOIN tree ON c.parent_run_id = tree.id
)
SELECT id::text AS id, status, attempt, coalesce(started_at, created_at) AS begun FROM runs
WHERE id IN (SELECT id FROM tree) AND status IN ('pending', 'running', 'waiting') ORDER BY id DESC FOR UPDATE
"""
# Whoever is to end must be claimed for that: no pause holds it back.
MARK = "UPDATE runs SET cancel_requested = true, paused_at = NULL WHERE id = ANY($1::uuid[])"
# A statement of its own: one that waits for the locks would still see the logs as they were before it waited.
NEXT_SEQS = """
SELECT execution_id::text AS id, max(seq) + 1 AS seq FROM run_events WHERE execution_id = ANY($1::uuid[]) GROUP BY 1
"""
END = """
WITH last AS (
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) AS l(id, seq, attempt, payload)
), event AS (
  INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, seq, attempt, 'cancelled', $5::timestamptz, payload::json FROM last
), asked AS (
  UPDATE interrupts SET expires_at = NULL WHERE execution_id = ANY($1::uuid[]) AND answered_at IS NULL
)
UPDATE runs SET cancel_requested = true, status = 'cancelled', completed_at = $5::timestamptz, paused_at = NULL
FROM last WHERE runs.id = last.id
"""
ORPHANS = """
SELECT c.id FROM runs c JOIN runs p ON p.id = c.parent_run_id
WHERE c.parent_run_id IS NOT NULL AND c.status IN ('pending', 'running', 'waiting') AND NOT c.cancel_requested
  AND p.status NOT IN ('pending', 'running', 'waiting')
LIMIT $1
"""

Publish = Callable[[str, Sequence[Frame]], None]
Announce = Callable[[str], Awaitable[None]]
Notify = Callable[[str, Lane], None]


@dataclass(frozen=True, slots=True)
class Cancelling:
    """What was done: last events of runs that have ended, by id, and the runs whose workers must be told to stop."""

    ended: tuple[tuple[str, Frame], ...] = ()
    running: tuple[str, ...] = ()
    woken: tuple[tuple[str, Lane], ...] = ()
    """Parents that waited for one of them: pending again."""


async def cancel_trees(connection: Connection, ids: Sequence[str], *, now: datetime) -> Cancelling:
    """Cancel these runs with all their descendants in the caller's transaction; what is over stays as it is."""
    live = await connection.fetch(LOCK_TREE, list(ids))
    running = [row["id"] for row in live if row["status"] == "running"]
    idle = [row for row in live if row["status"] != "running"]
    if running:
        await connection.execute(MARK, running)
    if not idle:
        return Cancelling(running=tuple(running))
    idle_ids = [row["id"] for row in idle]
    seqs = {row["id"]: row["seq"] for row in await connection.fetch(NEXT_SEQS, idle_ids)}
    frames = [_last(row, seqs.get(row["id"], 1), now) for row in idle]
    payloads = [frame.payload.decode() for frame in frames]
    await connection.execute(
        END, idle_ids, [frame.seq for frame in frames], [row["attempt"] for row in idle], payloads, now
    )
    woken = await runs_ended(connection, idle_ids)
    return Cancelling(tuple(zip(idle_ids, frames, strict=True)), tuple(running), tuple(woken))


class OrphanedRuns:
    """Cancels children whose parent has ended without them: it failed, ran out of time, was cancelled as they began."""

    def __init__(self, pool: Pool, *, publish: Publish, announce: Announce, notify: Notify) -> None:
        self._pool = pool
        self._publish = publish
        self._announce = announce
        self._notify = notify

    async def sweep(self) -> None:
        """Cancel up to `SWEEP_LIMIT` of them with all that they have started."""
        orphans = await self._pool.fetch(ORPHANS, SWEEP_LIMIT)
        if not orphans:
            return
        async with self._pool.acquire() as connection, connection.transaction():
            done = await cancel_trees(connection, [row["id"] for row in orphans], now=datetime.now(UTC))
        for id, frame in done.ended:
            self._publish(id, [frame])
        for id in done.running:
            await self._announce(id)
        for id, lane in done.woken:
            self._notify(id, lane)


def _last(row: Row, seq: int, now: datetime) -> Frame:
    event = Cancelled(
        timestamp=now.astimezone(UTC).timestamp(),
        reason="cancelled before it ran",
        duration_ms=(now - row["begun"]).total_seconds() * 1000,
    )
    return Frame(seq, encode(event, seq=seq, attempt=row["attempt"]), terminal=True)
