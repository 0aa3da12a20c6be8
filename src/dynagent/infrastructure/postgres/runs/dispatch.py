"""Who runs what: claims and returns executions, each in one statement on PostgreSQL."""

import asyncio

from pydantic import TypeAdapter

from dynagent.core.runs import AnyTraceEvent, Claim, Dispatch, Journal, TraceEvent
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.columns import listed, read_run
from dynagent.infrastructure.postgres.runs.pausing import going

CLAIM = f"""
WITH candidate AS (
  SELECT e.id, e.user_id FROM runs e
  WHERE e.id = $1 AND e.status = 'pending' AND (e.not_before IS NULL OR e.not_before <= now()) AND {going("e")}
    AND EXISTS (SELECT 1 FROM workers w WHERE w.id = $2 AND NOT w.dead)
  FOR UPDATE OF e SKIP LOCKED
), slot AS (
  INSERT INTO user_slots AS s (user_id, n) SELECT user_id, 1 FROM candidate
  ON CONFLICT (user_id) DO UPDATE SET n = s.n + 1 WHERE s.n < $3
  RETURNING user_id
), claimed AS (
  UPDATE runs e SET status = 'running', attempt = e.attempt + 1, worker = $2, not_before = NULL,
    started_at = coalesce(e.started_at, now())
  FROM candidate c JOIN slot ON slot.user_id = c.user_id WHERE e.id = c.id
  RETURNING {listed("e")}
)
SELECT claimed.*, extract(epoch FROM claimed.deadline - now())::float8 AS left_s,
  last.seq AS last_seq, extract(epoch FROM greatest(clock_timestamp(), last.at))::float8 AS moment
FROM claimed LEFT JOIN LATERAL (
  SELECT v.seq, v.at FROM run_events v WHERE v.execution_id = $1 ORDER BY v.seq DESC LIMIT 1
) AS last ON true
"""  # noqa: S608 - constants of the code

REQUEUE = """
WITH freed AS (
  UPDATE runs SET status = 'pending', worker = NULL, notified_at = '-infinity',
    crashes = crashes + $3::int, not_before = now() + make_interval(secs => $4)
  WHERE id = $1 AND attempt = $2 AND status = 'running'
  RETURNING user_id
), slot AS (
  UPDATE user_slots s SET n = greatest(0, s.n - 1) FROM freed WHERE s.user_id = freed.user_id
)
SELECT count(*) FROM freed
"""

JOURNAL = """
SELECT payload::text AS payload FROM run_events
WHERE execution_id = $1 AND type <> ALL('{connection,token}') ORDER BY seq
"""

CLAIMS_AT_ONCE = 4
"""More would fill the pool and keep the events of running executions waiting; they would not be quicker."""

_EVENTS: TypeAdapter[AnyTraceEvent] = TypeAdapter(TraceEvent)


class PostgresDispatch(Dispatch):
    """The authority over who runs what; `user_cap` bounds how many of one user's executions run at once."""

    def __init__(self, pool: Pool, *, user_cap: int) -> None:
        self._pool = pool
        self._user_cap = user_cap
        self._gate = asyncio.Semaphore(CLAIMS_AT_ONCE)

    async def claim(self, execution_id: str, worker_id: str) -> Claim | None:
        """Take a pending execution: attempt + 1, running, a slot of its user."""
        with in_our_words():
            async with self._gate:
                row = await self._pool.fetchrow(CLAIM, execution_id, worker_id, self._user_cap)
            if row is None:
                return None
            run = read_run(row)
            last_seq = row["last_seq"] or 0
            # A log that holds only its opening event has no past; asking for it would be a wasted read.
            journal = await self._journal(execution_id) if last_seq > 1 else Journal()
        return Claim(run, last_seq, journal, row["left_s"], row["moment"])

    async def requeue(self, execution_id: str, attempt: int, *, crashed: bool, delay_s: float = 0.0) -> bool:
        """Return a running execution to pending and its slot to its user."""
        with in_our_words():
            return bool(await self._pool.fetchval(REQUEUE, execution_id, attempt, int(crashed), delay_s))

    async def _journal(self, execution_id: str) -> Journal:
        rows = await self._pool.fetch(JOURNAL, execution_id)
        return Journal(_EVENTS.validate_json(row["payload"]) for row in rows)
