"""The outbox's other end: stored events reach the observer at least once, at once where nothing fails.

A committed transaction hands its events over in memory and they are delivered within the same turn of the loop; their
rows are marked soon after, many at once. What a process leaves unmarked when it dies, a sweep of any process delivers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog
from pydantic import ValidationError

from dynagent.core.shared.events import AgentEventObserver, DomainEvent
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row

MARK_EVERY_S = 0.5
SWEEP_EVERY_S = 15.0
LEFT_BEHIND_S = 30.0
"""Age from which an undelivered event is taken for left behind by a process that died."""
SWEEP_BATCH = 200

MARK = "UPDATE outbox SET delivered_at = now() WHERE id = ANY($1::uuid[])"
LEFT_BEHIND = """
SELECT id, name, payload::text AS payload FROM outbox
WHERE delivered_at IS NULL AND name = ANY($1) AND occurred_at < now() - make_interval(secs => $2)
ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
"""

Carry = Callable[[Sequence[DomainEvent]], Awaitable[None]]
"""Takes events to other programs, all or none; raises when it cannot."""

log = structlog.stdlib.get_logger(__name__)


class Outbox:
    """Delivers events of this process as they are committed, and those that others left behind every few seconds.

    `carry` takes them out of this program as well; what it could not take is not delivered yet, and comes again.
    """

    def __init__(
        self,
        pool: Pool,
        observer: AgentEventObserver,
        *,
        carry: Carry | None = None,
        sweep_every_s: float = SWEEP_EVERY_S,
        left_behind_s: float = LEFT_BEHIND_S,
    ) -> None:
        self._pool = pool
        self._observer = observer
        self._sweep_every_s = sweep_every_s
        self._left_behind_s = left_behind_s
        self._carry = carry
        self._heard: set[str] = set()
        """Events that were heard here, but not carried yet: nobody here is to hear them again."""
        self._committed: list[DomainEvent] = []
        self._delivered: list[DomainEvent] = []
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to deliver; call on the running loop."""
        loop = asyncio.get_running_loop()
        duties = (self._relay, self._keep_marking, self._keep_sweeping)
        self._tasks = [loop.create_task(duty(), name=f"outbox{duty.__name__}") for duty in duties]

    async def stop(self) -> None:
        """Deliver what is committed, then stop."""
        await end_tasks(self._tasks)
        self._tasks = []
        await self._deliver_committed()
        await self._mark_delivered()

    def deliver(self, events: Sequence[DomainEvent]) -> None:
        """Take the events of a committed transaction; returns at once."""
        self._committed.extend(events)
        self._woken.set()

    async def sweep(self) -> int:
        """Deliver what processes that died left behind; return how many events."""
        known = {kind.name: kind for kind in _kinds(DomainEvent)}
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(LEFT_BEHIND, list(known), self._left_behind_s, SWEEP_BATCH)
            events = [event for row in rows if (event := _read(known[row["name"]], row)) is not None]
            for event in events:
                if event.event_id not in self._heard:
                    await self._observer.notify(event)
            await self._carried(events)
            await _mark(connection, [str(row["id"]) for row in rows])
        return len(rows)

    async def _relay(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self._deliver_committed()

    async def _deliver_committed(self) -> None:
        events, self._committed = self._committed, []
        # Most events are those of runs, to which nobody listens: no task for them.
        await asyncio.gather(*(self._observer.notify(event) for event in events if self._observer.is_heard(event)))
        self._delivered += events

    async def _keep_marking(self) -> None:
        while True:
            await asyncio.sleep(MARK_EVERY_S)
            await self._mark_delivered()

    async def _mark_delivered(self) -> None:
        events, self._delivered = self._delivered, []
        try:
            await self._carried(events)
            await _mark(self._pool, [event.event_id for event in events])
        except Exception as error:
            log.warning("outbox_not_marked", error=repr(error), why="the sweep delivers these events once more")

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_every_s)
            try:
                while await self.sweep() == SWEEP_BATCH:
                    pass
            except Exception as error:
                log.warning("outbox_sweep_failed", error=repr(error))

    async def _carried(self, events: Sequence[DomainEvent]) -> None:
        """Return when all are carried, where there is somebody who carries. Raises what he raises."""
        if self._carry is None or not events:
            return
        ids = {event.event_id for event in events}
        self._heard |= ids
        await self._carry(events)
        self._heard -= ids


def _read(kind: type[DomainEvent], row: Row) -> DomainEvent | None:
    try:
        return kind.model_validate_json(row["payload"])
    except ValidationError:
        log.exception("outbox_event_unreadable", event_name=row["name"], event_id=str(row["id"]))
        return None


async def _mark(where: Connection | Pool, ids: Sequence[str]) -> None:
    if ids:
        await where.execute(MARK, list(ids))


def _kinds(kind: type[DomainEvent]) -> Iterator[type[DomainEvent]]:
    for child in kind.__subclasses__():
        if "name" in vars(child):
            yield child
        yield from _kinds(child)
