"""Pausing whole trees of runs: nothing of a tree whose root is paused is claimed, and time stands still for it.

Only the root says that it is paused, so whatever a running part of the tree starts meanwhile is held back as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dynagent.core.runs import AnyTraceEvent, Frame, Lane, RunContinued, RunPaused
from dynagent.infrastructure.postgres.pool import Connection, Row
from dynagent.infrastructure.postgres.runs.removal import tree
from dynagent.infrastructure.trace.recorder import encode

PAUSE = """
UPDATE runs SET paused_at = now() WHERE id = $1 AND user_id = $2 AND paused_at IS NULL AND NOT cancel_requested
  AND status IN ('pending', 'running', 'waiting')
"""
# By whoever runs it. What is to be cancelled must be claimed for that: no pause holds it back.
PAUSE_OWN = """
UPDATE runs SET paused_at = now() WHERE id = $1 AND attempt = $2 AND paused_at IS NULL AND NOT cancel_requested
  AND parent_run_id IS NULL AND status = 'running'
"""
# The youngest first: a child's end locks the child and then its parent, so must this.
LOCK_TREE = f"""
{tree("id = $1")}
SELECT id FROM runs WHERE id IN (SELECT id FROM tree) AND status IN ('pending', 'running', 'waiting')
ORDER BY id DESC FOR UPDATE
"""  # noqa: S608 - constants of the code
PAUSED = "SELECT paused_at FROM runs WHERE id = $1 AND user_id = $2 AND paused_at IS NOT NULL FOR UPDATE"
# The log of a run that is running is its worker's alone: what is to be told of it waits for the worker to let it go.
LOGS = """
SELECT r.id::text AS id, greatest(r.attempt, 1) AS attempt, clock_timestamp() AS now, log.last + 1 AS seq,
  coalesce(log.pauses, '') AS pauses
FROM runs r CROSS JOIN LATERAL (
  SELECT coalesce(max(v.seq), 0) AS last,
    (array_agg(v.type ORDER BY v.seq DESC) FILTER (WHERE v.type IN ('pause', 'continue')))[1] AS pauses
  FROM run_events v WHERE v.execution_id = r.id
) AS log
WHERE r.id = ANY($1::uuid[]) AND r.status IN ('pending', 'waiting')
"""
TELL = """
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload) VALUES ($1, $2, $3, $4, $5, $6::json)
"""
# Of a run that asks somebody, the time until the answer is added with the answer: the pause is part of it.
CONTINUE = """
WITH asking AS (
  SELECT execution_id AS id FROM interrupts WHERE execution_id = ANY($1::uuid[]) AND answered_at IS NULL
), later AS (
  UPDATE interrupts SET expires_at = expires_at + (now() - greatest($2::timestamptz, created_at))
  WHERE execution_id = ANY($1::uuid[]) AND answered_at IS NULL AND expires_at IS NOT NULL
)
UPDATE runs SET paused_at = NULL,
  deadline = CASE WHEN id IN (SELECT id FROM asking) THEN deadline
    ELSE deadline + (now() - greatest($2::timestamptz, created_at)) END,
  notified_at = CASE WHEN status = 'pending' AND not_before IS NULL THEN '-infinity' ELSE notified_at END
WHERE id = ANY($1::uuid[])
RETURNING id::text AS id, lane, status = 'pending' AND (not_before IS NULL OR not_before <= now()) AS due
"""


def going(run: str) -> str:
    """Return the condition that a run, by the alias of its row, is of a tree that is not paused."""
    return (
        f"{run}.paused_at IS NULL AND NOT EXISTS "
        f"(SELECT FROM runs root WHERE root.id = {run}.root_run_id AND root.paused_at IS NOT NULL)"
    )


def now_of(run: str) -> str:
    """Return the moment that it is for a run, by the alias of its row: that of the pause while its tree is paused."""
    of_root = f"SELECT root.paused_at FROM runs root WHERE root.id = {run}.root_run_id"  # noqa: S608 - an alias
    return f"coalesce({run}.paused_at, ({of_root}), clock_timestamp())"


Told = Sequence[tuple[str, Frame]]
"""What was added to logs, by the run: its followers get it once the transaction is committed."""


@dataclass(frozen=True, slots=True)
class Continuing:
    """A pause that has ended: what workers are to be notified of, and what was added to logs."""

    due: Sequence[tuple[str, Lane]]
    told: Told


async def pause_tree(connection: Connection, root: str, owner: str) -> Told:
    """Pause an owner's tree from now on in the caller's transaction; one that is paused or over stays as it is."""
    paused = await connection.execute(PAUSE, root, owner)
    return await tell_pauses(connection, [root]) if paused.endswith(" 1") else ()


async def continue_tree(connection: Connection, root: str, owner: str) -> Continuing | None:
    """Have a paused tree go on in the caller's transaction; None when it is not paused.

    Deadlines and the times of open questions move by the pause.
    """
    live = [row["id"] for row in await connection.fetch(LOCK_TREE, root)]
    row = await connection.fetchrow(PAUSED, root, owner)
    if row is None:
        return None
    told = await _tell_end(connection, root, row["paused_at"])
    changed = await connection.fetch(CONTINUE, live, row["paused_at"])
    return Continuing([(item["id"], item["lane"]) for item in changed if item["due"]], told)


async def tell_pauses(connection: Connection, ids: Sequence[str]) -> Told:
    """Tell in the logs of these runs, which the caller has locked, that they are paused; once for each pause.

    Of one that is running nothing is told until its worker lets it go.
    """
    silent = [row for row in await connection.fetch(LOGS, list(ids)) if row["pauses"] != "pause"]
    return [await _tell(connection, row, RunPaused(timestamp=row["now"].timestamp())) for row in silent]


async def _tell_end(connection: Connection, root: str, since: datetime) -> Told:
    """Tell that a pause has ended. One that the run's worker never came to see held nothing of the run back."""
    row = await connection.fetchrow(LOGS, [root])
    if row is None or row["pauses"] != "pause":
        return ()
    now: datetime = row["now"]
    event = RunContinued(timestamp=now.timestamp(), paused_s=round(max(0.0, (now - since).total_seconds()), 3))
    return [await _tell(connection, row, event)]


async def _tell(connection: Connection, log: Row, event: AnyTraceEvent) -> tuple[str, Frame]:
    payload = encode(event, seq=log["seq"], attempt=log["attempt"])
    columns = (log["id"], log["seq"], log["attempt"], event.type, log["now"], payload.decode())
    await connection.execute(TELL, *columns)
    return log["id"], Frame(log["seq"], payload, terminal=False)
