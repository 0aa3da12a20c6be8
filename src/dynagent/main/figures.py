"""The figures of a process that are read when somebody scrapes, and those that a task reads from the database."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.main.signals import Signals
from dynagent.presentation.worker import Worker

log = structlog.get_logger()

READ_EVERY_S = 5.0
PENDING = """
SELECT count(*)::int AS n, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_s
FROM executions WHERE status = 'pending'
"""


def watch(
    metrics: Metrics, *, worker: Worker, signals: Signals, pool: Callable[[], Pool]
) -> Callable[[], Awaitable[None]]:
    """Add the gauges of this process and start the task that reads the queue; return what stops it."""
    hub = signals.hub
    metrics.watch("executions_running", "Executions that run in this process now.", lambda: worker.running)
    metrics.watch("bells_waiting", "Bells that wait for a free place here.", lambda: worker.waiting)
    metrics.watch("trace_followers", "Followers of live executions in this process.", lambda: hub.followers)
    metrics.count("trace_ring_hits", "Reads of followers served from memory.", lambda: hub.ring_hits)
    metrics.count("trace_ring_misses", "Reads of followers that had to ask the table.", lambda: hub.ring_misses)
    task = asyncio.create_task(_read_queue(metrics, pool), name="queue-figures")

    async def stop() -> None:
        await end_tasks([task])

    return stop


async def _read_queue(metrics: Metrics, pool: Callable[[], Pool]) -> None:
    """Read how many executions wait; never at a scrape, so that scraping often costs the database nothing."""
    while True:
        try:
            row = await pool().fetchrow(PENDING)
            if row is not None:
                metrics.executions_pending.set(row["n"])
                metrics.oldest_pending_seconds.set(row["oldest_s"])
        except Exception as error:
            log.debug("queue_figures_not_read", error=repr(error))
        await asyncio.sleep(READ_EVERY_S)
