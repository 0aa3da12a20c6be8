"""Who is alive: one lease row per worker, renewed by the database's clock; expired leases free their work."""

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from dynagent.core.runs import QUARANTINE_AFTER, DueRun, Held, Leases, Renewal
from dynagent.infrastructure.postgres.clock import StoreClock
from dynagent.infrastructure.postgres.notices import Channel
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.pausing import going

REGISTER = """
WITH entered AS (
  INSERT INTO workers (id, name, lease_until, dead, info, started_at)
  VALUES ($1, $2, now() + make_interval(secs => $3), false, $4::jsonb, now()) RETURNING id
)
SELECT clock_timestamp() AS moment, pg_notify($5, id::text),
  (SELECT count(*)::int FROM workers w WHERE NOT w.dead AND w.lease_until > now()) AS peers FROM entered
"""
"""The others learn of a newcomer at once: whom nobody knows of, nobody tells what has changed."""
BEAT = """
UPDATE workers SET lease_until = now() + make_interval(secs => $2) WHERE id = $1 AND NOT dead
RETURNING (SELECT count(*)::int FROM workers w WHERE NOT w.dead AND w.lease_until > now() AND w.id <> $1) AS peers,
  (SELECT w.lease_until < now() FROM workers w WHERE w.id = $1) AS late, clock_timestamp() AS moment
"""
"""What is read here is the lease as it was before."""
OVERDUE = """
SELECT array_agg(id) FROM workers WHERE NOT dead AND lease_until < now() AND id <> $1
  AND EXISTS (SELECT FROM workers own WHERE own.id = $1 AND NOT own.dead AND own.lease_until > now())
"""
NEIGHBOURS = "SELECT id, info ->> 'process' AS process FROM workers WHERE NOT dead AND info ->> 'host' = $1"
_REQUEUE = """
freed AS (
  UPDATE runs e SET status = 'pending', worker = NULL, notified_at = '-infinity', crashes = e.crashes + {crashes},
    lane = CASE WHEN e.crashes + {crashes} >= {quarantine_after} THEN 'quarantine' ELSE e.lane END
  {those}
  RETURNING e.user_id
), slots AS (
  UPDATE user_slots s SET n = greatest(0, s.n - gone.n)
  FROM (SELECT user_id, count(*)::int AS n FROM freed GROUP BY user_id) AS gone WHERE s.user_id = gone.user_id
)
SELECT count(*)::int FROM freed
"""
"""Makes `those` running runs pending again, gives their owners' slots back, counts them."""
_EXPIRED = "WITH expired AS (UPDATE workers SET dead = true WHERE id = ANY($1::uuid[]) AND NOT dead RETURNING id)"
EXPIRE = f"{_EXPIRED}, " + _REQUEUE.format(
    crashes="$2::int",
    quarantine_after="$3",
    those="FROM expired WHERE e.worker = expired.id AND e.status = 'running'",
)
ORPHANS = "WITH " + _REQUEUE.format(
    crashes="1",
    quarantine_after="$1",
    those="WHERE e.status = 'running' AND NOT EXISTS (SELECT FROM workers w WHERE w.id = e.worker AND NOT w.dead)",
)
"""What runs under no worker's name: claimed in the moment in which its worker expired, or restored from a backup."""
HELD = """
SELECT id, cancel_requested FROM runs
WHERE worker = $1 AND status = 'running' AND (cancel_requested OR id <> ALL($2::uuid[]))
"""
GIVE_UP = "WITH " + _REQUEUE.format(
    crashes="1",
    quarantine_after="$3",
    those="WHERE e.id = ANY($2::uuid[]) AND e.worker = $1 AND e.status = 'running'",
)
DUE = f"""
WITH due AS (
  SELECT e.id, ranked.place + coalesce(s.n, 0) AS turn FROM runs e
  JOIN (
    SELECT id, user_id, row_number() OVER (PARTITION BY user_id ORDER BY priority DESC, id) AS place
    FROM runs
    WHERE status = 'pending' AND coalesce(notified_at, created_at) < now() - make_interval(secs => $1)
      AND (not_before IS NULL OR not_before <= now()) AND {going("runs")}
  ) AS ranked ON ranked.id = e.id
  LEFT JOIN user_slots s ON s.user_id = ranked.user_id
  WHERE ranked.place <= $3 - coalesce(s.n, 0) AND e.status = 'pending'
  ORDER BY turn, e.id LIMIT $2 FOR UPDATE OF e SKIP LOCKED
), notified AS (
  UPDATE runs e SET notified_at = now() FROM due WHERE e.id = due.id RETURNING e.id, e.lane, due.turn
)
SELECT id, lane FROM notified ORDER BY turn, id
"""  # noqa: S608 - constants of the code
"""Users take turns, and nobody gets more notifications than places: more would only hold up the others."""
IN_TURN = f"""
SELECT e.id FROM runs e LEFT JOIN user_slots s ON s.user_id = e.user_id
WHERE e.id = ANY($1::uuid[]) AND e.status = 'pending' AND {going("e")}
ORDER BY row_number() OVER (PARTITION BY e.user_id ORDER BY e.priority DESC, e.id) + coalesce(s.n, 0), e.id
"""  # noqa: S608 - constants of the code


EAGER_S = 1.5
"""Age of a notification from which an idle worker takes the execution: whoever was notified of it is busy, or gone.

A worker that joins a fleet which is full has work within a sweep, instead of with the next notifications.
"""


class PostgresLeases(Leases):
    """Leases of `lease_s` seconds; a pending execution is due again `notify_every_s` after the last notification."""

    def __init__(
        self, pool: Pool, *, lease_s: float = 15.0, notify_every_s: float = 15.0, user_cap: int = 1000
    ) -> None:
        self._pool = pool
        self._lease_s = lease_s
        self._notify_every_s = notify_every_s
        self._user_cap = user_cap
        self.clock = StoreClock()
        self.peers = 0
        """How many other processes were alive at the last beat, or have come since."""
        self._own_id = ""

    async def register(self, worker_id: str, *, takes_work: bool = True) -> None:
        """Enter a worker; expire at once those of this machine whose process is gone, whatever their lease says."""
        process = {"host": host_identity(), "process": process_identity(os.getpid()), "takes_work": takes_work}
        info = orjson.dumps(process).decode()
        asked_at, name = time.monotonic(), f"{socket.gethostname()}:{os.getpid()}"
        self._own_id = worker_id
        row = await self._pool.fetchrow(REGISTER, worker_id, name, self._lease_s, info, Channel.HERE.value)
        assert row is not None
        self.peers = row["peers"]
        self.clock.set(row["moment"], asked_at=asked_at)
        await self.expire_neighbours()

    def hear_of(self, worker_id: str) -> None:
        """Take note of a process that has just registered; the next beat counts exactly."""
        if worker_id != self._own_id:
            self.peers += 1

    async def beat(self, worker_id: str) -> Renewal:
        """Renew the lease, whether it has run out or not, unless it was found expired."""
        asked_at = time.monotonic()
        row = await self._pool.fetchrow(BEAT, worker_id, self._lease_s)
        if row is None:
            self.peers = 0
            return "expired"
        self.peers = row["peers"]
        self.clock.set(row["moment"], asked_at=asked_at)
        return "late" if row["late"] else "renewed"

    async def retire(self, worker_id: str) -> None:
        """Leave; executions still held go back to pending and count no crash."""
        await self._pool.fetchval(EXPIRE, [worker_id], 0, QUARANTINE_AFTER)

    async def expire(self, worker_id: str) -> int:
        """Expire the others that are past their lease and requeue what they hold; return how many became pending."""
        overdue = await self._pool.fetchval(OVERDUE, worker_id)
        freed = await self._pool.fetchval(EXPIRE, overdue, 1, QUARANTINE_AFTER) if overdue else 0
        return freed + await self._pool.fetchval(ORPHANS, QUARANTINE_AFTER)

    async def expire_neighbours(self) -> int:
        """Expire those of this machine whose process is gone; return how many executions became pending."""
        neighbours = await self._pool.fetch(NEIGHBOURS, host_identity())
        gone = [row["id"] for row in neighbours if not _is_running(row["process"])]
        return await self._pool.fetchval(EXPIRE, gone, 1, QUARANTINE_AFTER) if gone else 0

    async def held(self, worker_id: str, running: Sequence[str]) -> Sequence[Held]:
        """Return what stands under this worker's name but is not among `running`, or is to be cancelled."""
        rows = await self._pool.fetch(HELD, worker_id, list(running))
        return [Held(str(row["id"]), row["cancel_requested"]) for row in rows]

    async def give_up(self, worker_id: str, execution_ids: Sequence[str]) -> int:
        """Return executions that stand under this worker's name to pending; each counts a crash."""
        return await self._pool.fetchval(GIVE_UP, worker_id, list(execution_ids), QUARANTINE_AFTER)

    async def in_turn(self, execution_ids: Sequence[str]) -> Sequence[str]:
        """Return those still pending, users taking turns."""
        return [str(row["id"]) for row in await self._pool.fetch(IN_TURN, list(execution_ids))]

    async def due(self, limit: int, *, eager: bool = False) -> Sequence[DueRun]:
        """Return pending executions no worker was notified of lately, in the order in which they should start."""
        age_s = min(EAGER_S, self._notify_every_s) if eager else self._notify_every_s
        rows = await self._pool.fetch(DUE, age_s, limit, self._user_cap)
        return [DueRun(str(row["id"]), row["lane"]) for row in rows]


def host_identity() -> str:
    """Return what tells this machine's process table from any other: host name, boot, pid namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()}/no-proc"


def process_identity(pid: int) -> str | None:
    """Return `pid/start time`, which no later process shares; None when there is no such process."""
    try:
        # Field 22 of stat; the command in field 2 may hold spaces and brackets, so count from its end.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # A zombie is dead; only its parent has not looked yet.
    return None if fields[0] in "ZX" else f"{pid}/{fields[19]}"


def _is_running(identity: str | None) -> bool:
    if not identity:
        # Without /proc nothing is known: leave it to the lease.
        return True
    return process_identity(int(identity.partition("/")[0])) == identity
