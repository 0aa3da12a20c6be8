"""The parts that `/health` asks, each with what to do when it is not well."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.tasks import running
from dynagent.core.tools import ToolSandbox, isolation_text
from dynagent.infrastructure.observability.disk import check_disk
from dynagent.infrastructure.observability.health import Condition, Finding, Health, Part
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.process_metrics import Connects, HasTrouble, ProcessMetrics, Works
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.runs.queue import Queue

LONG_WAIT_S = 60.0
LATE_LOOP_S = 1.0
LATE_CLOCK_S = 5.0


class Answers(Protocol):
    """The models of this process, as far as they are watched."""

    def circuits(self) -> Mapping[tuple[str, str], int]:
        """Return how many endpoints of which provider are in which state."""
        ...

    @property
    def default(self) -> str:
        """Name of the default model."""
        ...

    @property
    def circuit_open(self) -> bool:
        """Whether its endpoint failed repeatedly."""
        ...


@asynccontextmanager
async def open_watch(
    metrics: Metrics,
    *,
    worker: Works,
    writer: HasTrouble,
    signals: Connects,
    models: Answers,
    sandbox: ToolSandbox,
    database: Database,
    replica: Replica | None,
    clock: Clock,
) -> AsyncGenerator[Health]:
    """Put what a process knows into `metrics` while this is open, and give what asks its parts how they are."""
    watched = ProcessMetrics(
        metrics,
        worker=worker,
        writer=writer,
        signals=signals,
        circuits=models.circuits,
        database=database,
        late_pool=lambda: replica and replica.pool,
    )
    parts = [
        Part("database", lambda: _check_database(database)),
        Part("schema", lambda: _check_schema(database)),
        Part("model", lambda: _check_model(models), required=False),
        Part("worker", lambda: _check_worker(worker), required=False),
        Part("queue", lambda: _check_queue(watched), required=False),
        Part("event loop", lambda: _check_loop(watched), required=False),
        Part("clock", lambda: _check_clock(clock), required=False),
        Part("trace", lambda: _check_trace(writer), required=False),
        Part("sandbox", lambda: _check_sandbox(sandbox), required=False, timeout_s=5.0),
    ]
    if signals.with_redis:
        parts.append(Part("redis", lambda: _check_redis(signals), required=False))
    if replica is not None:
        parts.append(Part("replica", lambda: _check_replica(replica), required=False))
    if database.is_embedded:
        parts.append(Part("disk", lambda: check_disk(database.data_dir)))
    async with running(watched):
        yield Health(parts)


async def _check_database(database: Database) -> Finding:
    await database.check()
    return Finding(Condition.OK, "embedded PostgreSQL answers" if database.is_embedded else "PostgreSQL answers")


async def _check_schema(database: Database) -> Finding:
    with in_our_words():
        found = await migrations.version_of(database.pool)
    return judged_schema(found)


def judged_schema(found: str | None) -> Finding:
    """Say whether this program can work with the schema that is there while it runs."""
    wanted = migrations.head()
    if found == wanted:
        return Finding(Condition.OK, f"the schema is at {found}")
    there = f"the schema is at {found or 'no version'}, this program needs {wanted}"
    if found is not None and not migrations.knows(found):
        return Finding(Condition.FAIL, f"{there}: it is of a newer release", "update this program and start it again")
    return Finding(Condition.WARN, f"{there}: it is of an older release", "run `dynagent db upgrade`")


async def _check_replica(replica: Replica) -> Finding:
    if replica.trouble is None:
        return Finding(Condition.OK, "the read replica is read")
    advice = "everything works without it; check DATABASE_REPLICA_URL and the replication"
    return Finding(Condition.WARN, f"the read replica is left alone: {replica.trouble}", advice)


async def _check_redis(signals: Connects) -> Finding:
    found = await signals.cache.status()
    if found == "ok":
        return Finding(Condition.OK, "Redis answers")
    return Finding(Condition.WARN, found, "everything works without it, slower; check REDIS_URL")


async def _check_model(models: Answers) -> Finding:
    if models.circuit_open:
        advice = "look at OPENAI_BASE_URL and at the provider's status page; fallback models answer meanwhile"
        return Finding(Condition.WARN, "the default model's endpoint failed repeatedly and its circuit is open", advice)
    advice = "set OPENAI_API_KEY for a real model" if models.default == "demo" else ""
    return Finding(Condition.OK, f"the default model is {models.default}", advice)


async def _check_worker(worker: Works) -> Finding:
    if worker.trouble is not None:
        advice = "look at the database and at the event loop; it comes back by itself"
        return Finding(Condition.WARN, worker.trouble, advice)
    return Finding(Condition.OK, f"{worker.running} executions run here, {worker.waiting} wait for a place")


async def _check_queue(process_metrics: ProcessMetrics) -> Finding:
    if process_metrics.queue is None:
        return Finding(Condition.OK, "not read yet, or the database is away")
    return judged(process_metrics.queue)


def judged(queue: Queue) -> Finding:
    """Say whether what waits is being worked at."""
    waits = f"{queue.pending} executions wait"
    if not queue.workers and not queue.servers and not queue.pending:
        return Finding(Condition.OK, "nothing runs on this database now, and nothing waits")
    if not queue.workers:
        advice = "start one: dynagent worker, or serve without --no-worker"
        return Finding(Condition.WARN, f"{waits} and no worker is alive", advice)
    alive = f"workers alive: {queue.workers}"
    if queue.oldest_s > LONG_WAIT_S:
        advice = (
            "start more workers or raise WORKER_CONCURRENCY; when it is one user's, "
            "MAX_CONCURRENT_RUNS_PER_USER has him wait for himself"
        )
        return Finding(Condition.WARN, f"{waits}, the oldest for {queue.oldest_s:.0f} s; {alive}", advice)
    return Finding(Condition.OK, f"{waits}; {alive}")


def judged_clock(ahead_s: float) -> Finding:
    """Say whether this machine's clock agrees with the database's, which it is so many seconds ahead of."""
    if abs(ahead_s) < LATE_CLOCK_S:
        return Finding(Condition.OK, "this machine's clock agrees with the database's")
    found = f"this machine's clock is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the database's"
    advice = "have NTP set both: leases, limits and schedules go by the database's, logs and sign-ins by this one's"
    return Finding(Condition.WARN, found, advice)


async def _check_clock(clock: Clock) -> Finding:
    return judged_clock((utc_now() - clock()).total_seconds())


async def _check_loop(process_metrics: ProcessMetrics) -> Finding:
    worst_s = process_metrics.loop.worst_s
    found = f"at most {worst_s:.2f} s late within the last minute"
    if worst_s < LATE_LOOP_S:
        return Finding(Condition.OK, found)
    advice = "the log names the line (event_loop_blocked); else more processes, or a lower WORKER_CONCURRENCY"
    return Finding(Condition.WARN, found, advice)


async def _check_trace(writer: HasTrouble) -> Finding:
    if writer.trouble is None:
        return Finding(Condition.OK, "events are stored")
    advice = "runs wait and go on by themselves; look at the database and its disk"
    return Finding(Condition.WARN, f"events cannot be stored: {writer.trouble}", advice)


async def _check_sandbox(sandbox: ToolSandbox) -> Finding:
    status = await sandbox.status()
    advice = str(status.get("advice") or "")
    if not status.get("runs"):
        return Finding(Condition.WARN, f"registered tools cannot run here: {isolation_text(status)}", advice)
    return Finding(Condition.OK, isolation_text(status), advice)
