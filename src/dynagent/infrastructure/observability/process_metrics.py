"""The metrics of a process that are read when somebody scrapes, and those that a task reads from the database."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from dynagent.core.shared.cache import Cache
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.observability.loop_watch import LoopWatch
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.server_metrics import ServerMetrics
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.queue import Queue, read_queue
from dynagent.infrastructure.trace.hub import TraceHub

log = structlog.get_logger()

READ_EVERY_S = 5.0


class HasTrouble(Protocol):
    """Something that says why it does not work just now, None when it does."""

    @property
    def trouble(self) -> str | None:
        """Why."""
        ...


class Works(HasTrouble, Protocol):
    """The worker of this process."""

    taken_over: int
    """How many executions of dead workers it has returned to the queue."""

    @property
    def running(self) -> int:
        """How many executions run here now."""
        ...

    @property
    def waiting(self) -> int:
        """How many notifications wait for a free place here."""
        ...

    @property
    def heartbeat_age_s(self) -> float:
        """How long ago the lease was renewed."""
        ...


class Connects(Protocol):
    """The signals between processes."""

    hub: TraceHub
    cache: Cache
    with_redis: bool

    @property
    def degraded(self) -> bool:
        """Whether Redis is set and away."""
        ...


class ProcessMetrics:
    """Puts what this process knows into `metrics`; the queue is read every few seconds, never by a scrape.

    `late_pool` gives what may be a little late to read, `circuits` how many endpoints of models are in which state.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        worker: Works,
        writer: HasTrouble,
        signals: Connects,
        circuits: Callable[[], Mapping[tuple[str, str], int]],
        database: Database,
        late_pool: Callable[[], Pool | None] = lambda: None,
    ) -> None:
        self._metrics = metrics
        self._late_pool = late_pool
        self._database = database
        self._server = ServerMetrics(database, metrics)
        self.queue: Queue | None = None
        self.loop = LoopWatch()
        self._tasks: list[asyncio.Task[None]] = []
        endpoints = "Endpoints of models by the state of their circuit in this process."
        metrics.watch_each("model_circuits", endpoints, ("provider", "state"), circuits)
        metrics.watch("executions_running", "Executions that run in this process now.", lambda: worker.running)
        metrics.watch("notifications_waiting", "Notifications that wait for a free place here.", lambda: worker.waiting)
        metrics.count("executions_taken_over", "Executions of dead workers returned here.", lambda: worker.taken_over)
        metrics.watch("heartbeat_age_seconds", "Age of this process's last heartbeat.", lambda: worker.heartbeat_age_s)
        metrics.watch("loop_lag_seconds", "Longest delay of the event loop in a minute.", lambda: self.loop.worst_s)
        metrics.watch("trace_failing", "1 while events cannot be stored.", lambda: float(writer.trouble is not None))
        metrics.watch("redis_away", "1 while Redis is set and away.", lambda: float(signals.degraded))
        hub = signals.hub
        metrics.watch("trace_followers", "Followers of live executions in this process.", lambda: hub.followers)
        metrics.count("trace_ring_hits", "Reads of followers served from memory.", lambda: hub.ring_hits)
        metrics.count("trace_ring_misses", "Reads of followers that had to ask the table.", lambda: hub.ring_misses)

    def start(self) -> None:
        """Begin to watch the loop and to read the queue."""
        self.loop.start()
        self._tasks = [
            asyncio.create_task(self._keep_reading(), name="queue-metrics"),
            asyncio.create_task(self._server.keep_looking(), name="database-metrics"),
        ]

    async def stop(self) -> None:
        """Look no more."""
        await end_tasks(self._tasks)
        await self.loop.stop()

    async def _keep_reading(self) -> None:
        while True:
            try:
                self._show(await read_queue(self._late_pool() or self._database.pool, self._database.pool))
            except Exception as error:
                # Metrics of before would say that all is well.
                self.queue = None
                log.debug("queue_metrics_not_read", error=repr(error))
            await asyncio.sleep(READ_EVERY_S)

    def _show(self, queue: Queue) -> None:
        self.queue = queue
        self._metrics.executions_pending.set(queue.pending)
        self._metrics.oldest_pending_seconds.set(queue.oldest_s)
        self._metrics.processes_alive.of("worker").set(queue.workers)
        self._metrics.processes_alive.of("server").set(queue.servers)
