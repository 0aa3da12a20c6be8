"""What waits for workers, and who is alive to work at it."""

from dataclasses import dataclass

from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.pausing import going

PENDING = f"""
SELECT count(*)::int AS pending, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_s
FROM runs WHERE status = 'pending' AND {going("runs")}
"""  # noqa: S608 - constants of the code
ALIVE = """
SELECT count(*) FILTER (WHERE coalesce((info ->> 'takes_work')::boolean, true))::int AS workers, count(*)::int AS all
FROM workers WHERE NOT dead AND lease_until > now()
"""
LATEST_BEAT_S = """
SELECT coalesce(extract(epoch FROM now() - max(lease_until)), 'infinity')::float8 + $1 AS age_s FROM workers
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many executions wait for a worker, the oldest for how long, and how many processes are alive.

    `workers` take work, `servers` only answer.
    """

    pending: int
    oldest_s: float
    workers: int
    servers: int


async def read_queue(pool: Pool, primary: Pool | None = None) -> Queue:
    """Read it. Who is alive is asked of `primary`: on a replica every lease would look older than it is."""
    waiting = await pool.fetchrow(PENDING)
    assert waiting is not None
    workers, servers = await count_alive(primary or pool)
    return Queue(waiting["pending"], waiting["oldest_s"], workers, servers)


async def count_alive(pool: Pool) -> tuple[int, int]:
    """Return how many workers and how many mere servers are alive; none in a database without our tables."""
    alive = await pool.fetchrow(ALIVE)
    assert alive is not None
    return alive["workers"], alive["all"] - alive["workers"]


async def latest_beat_s(pool: Pool, lease_s: float) -> float:
    """Return the age of the youngest heartbeat, in seconds, infinite without any: how late a replica is."""
    return await pool.fetchval(LATEST_BEAT_S, lease_s)
