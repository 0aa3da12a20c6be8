"""How busy the database is: its connections, the statement that runs longest, who waits for whom."""

from dataclasses import dataclass

from dynagent.infrastructure.postgres.pool import Pool

ACTIVITY = """
SELECT count(*)::int AS connections, current_setting('max_connections')::int AS max_connections,
  coalesce(max(extract(epoch FROM clock_timestamp() - query_start)) FILTER (WHERE state = 'active'), 0)::float8
    AS longest_statement_s,
  coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE state LIKE 'idle in transaction%'), 0)
    ::float8 AS longest_idle_s,
  (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting_for_locks,
  (SELECT coalesce(sum(deadlocks), 0)::int FROM pg_stat_database WHERE datname = current_database()) AS deadlocks,
  (SELECT sum(blks_hit)::float8 / nullif(sum(blks_hit + blks_read), 0) FROM pg_stat_database
   WHERE datname = current_database()) AS cached
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
CROWDED = 0.8
SLOW_S = 30.0


@dataclass(frozen=True, slots=True)
class Activity:
    """The server's client connections beside the one that asks; times in seconds, `cached` from 0 to 1 or None."""

    connections: int
    max_connections: int
    longest_statement_s: float
    longest_idle_s: float
    waiting_for_locks: int
    deadlocks: int
    cached: float | None

    def trouble(self) -> str | None:
        """Return what somebody should look at, None when there is nothing."""
        if self.connections >= CROWDED * self.max_connections:
            return f"{self.connections} of {self.max_connections} connections are in use"
        if self.longest_statement_s >= SLOW_S:
            return f"a statement has been running for {self.longest_statement_s:.0f} s"
        if self.longest_idle_s >= SLOW_S:
            return f"a transaction has been open and idle for {self.longest_idle_s:.0f} s; it holds its locks"
        return None


async def read_activity(pool: Pool) -> Activity:
    """Return what the server says of itself now; of other users' statements only where the account may see them."""
    row = await pool.fetchrow(ACTIVITY)
    assert row is not None
    return Activity(**dict(row))
