"""Five thousand executions of two users at once for one worker."""

import asyncio
from typing import Any

import asyncpg
import pytest

from dynagent.core.shared.ids import new_id
from tests.faults.client import Client
from tests.faults.processes import Cluster, rss_mb

EACH = 2500
COPY = """
INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, context, lane, priority, status,
  attempt, crashes, cancel_requested, usage, created_at, notified_at)
SELECT uuidv7(), $2, agent_id, agent_version, agent_name, query, context, lane, priority, 'pending',
  0, 0, false, '{}', now(), '-infinity'
FROM executions, generate_series(1, $3) WHERE id = $1
"""
LEFT = "SELECT count(*)::int FROM executions WHERE status NOT IN ('completed', 'failed', 'cancelled', 'timed_out')"
ENDS = "SELECT user_id::text AS u, status, attempt, crashes FROM executions WHERE id <> $1 ORDER BY completed_at"


@pytest.mark.slow_fault
async def test_five_thousand_at_once_are_run_fairly_within_bounds(cluster: Cluster, fresh_database_url: str) -> None:
    server = cluster.server("--no-worker")
    worker = cluster.worker(MAX_CONCURRENT_RUNS_PER_USER="50", LOG_LEVEL="WARNING")
    connection: Any = await asyncpg.connect(fresh_database_url)  # pyright: ignore[reportUnknownMemberType]
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        template = await client.start(agent, "[[tools=1]] [[tokens=5]] one of many")
        await client.ended(template)
        before_mb = peak_mb = rss_mb(worker)
        for user in (new_id(), new_id()):
            await connection.execute(COPY, template, user, EACH)
        while await connection.fetchval(LEFT):
            peak_mb = max(peak_mb, rss_mb(worker))
            await asyncio.sleep(0.25)
    ends = await connection.fetch(ENDS, template)
    await connection.close()

    assert len(ends) == 2 * EACH
    assert {(end["status"], end["attempt"], end["crashes"]) for end in ends} == {("completed", 1, 0)}
    first_half = [end["u"] for end in ends[:EACH]]
    assert min(first_half.count(user) for user in set(first_half)) > EACH * 0.3, "the later user does not starve"
    assert peak_mb - before_mb < 150, f"{before_mb:.0f} MB before, {peak_mb:.0f} MB at most"
    assert "worker_expired" not in worker.said(), "no heartbeat was lost"
