"""The outbox: events are delivered at once, at least once, also those of a process that died."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from redis.asyncio import Redis

from dynagent.application.shared.caller import Caller
from dynagent.core.shared.events import AgentEventObserver, DomainEvent
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.outbox import Outbox
from dynagent.infrastructure.redis.events import RedisEventStream
from tests.repositories import RepositoryScopes


class LampLit(DomainEvent):
    """A fact of these tests."""

    name: ClassVar[str] = "test.lamp_lit"
    lamp: str


def lit(lamp: str, *, age_s: float = 0) -> LampLit:
    return LampLit(occurred_at=datetime.now(UTC) - timedelta(seconds=age_s), user_id=new_id(), lamp=lamp)


def an_observer(*callbacks: Callable[[DomainEvent], Awaitable[None]]) -> tuple[AgentEventObserver, list[BaseException]]:
    failures: list[BaseException] = []
    observer = AgentEventObserver(on_failure=lambda _, error: failures.append(error))
    for callback in callbacks:
        observer.subscribe(callback)
    return observer, failures


async def commit(database: Database, outbox: Outbox | None, *events: DomainEvent) -> None:
    async with RepositoryScopes(database, deliver=outbox.deliver if outbox else lambda _: None).open(
        Caller(new_id())
    ) as scope:
        for event in events:
            scope.uow.record(event)
        await scope.uow.commit()


async def undelivered(database: Database) -> int:
    return await database.pool.fetchval("SELECT count(*) FROM outbox WHERE delivered_at IS NULL")


async def test_a_committed_event_is_delivered_and_marked(database: Database) -> None:
    arrived: asyncio.Queue[DomainEvent] = asyncio.Queue()

    async def fail(_: DomainEvent) -> None:
        raise RuntimeError

    observer, failures = an_observer(fail, arrived.put)
    outbox = Outbox(database.pool, observer)
    outbox.start()
    events = [lit("one"), lit("two")]
    await commit(database, outbox, *events)
    async with asyncio.timeout(10):
        assert [await arrived.get(), await arrived.get()] == events
        while await undelivered(database):
            await asyncio.sleep(0.01)
    await outbox.stop()
    assert len(failures) == 2


async def test_what_is_committed_while_stopping_is_delivered(database: Database) -> None:
    arrived: list[DomainEvent] = []

    async def keep(event: DomainEvent) -> None:
        arrived.append(event)

    outbox = Outbox(database.pool, an_observer(keep)[0])
    event = lit("late")
    await commit(database, outbox, event)
    await outbox.stop()
    assert arrived == [event]
    assert await undelivered(database) == 0


async def test_events_of_a_dead_process_are_swept_once_and_fresh_ones_left_to_their_process(
    database: Database,
) -> None:
    arrived: list[DomainEvent] = []

    async def keep(event: DomainEvent) -> None:
        await asyncio.sleep(0.01)
        arrived.append(event)

    old, fresh = lit("old", age_s=100), lit("fresh")
    await commit(database, None, old, fresh)
    outboxes = [Outbox(database.pool, an_observer(keep)[0], left_behind_s=50) for _ in range(3)]
    assert sorted(await asyncio.gather(*(outbox.sweep() for outbox in outboxes))) == [0, 0, 1]
    assert arrived == [old]
    assert await undelivered(database) == 1
    assert await Outbox(database.pool, an_observer(keep)[0], left_behind_s=-1).sweep() == 1


async def test_an_event_that_cannot_be_read_or_is_unknown_stops_nothing(database: Database) -> None:
    arrived: asyncio.Queue[DomainEvent] = asyncio.Queue()
    insert = "INSERT INTO outbox (id, name, payload, occurred_at) VALUES ($1, $2, '{}', now() - interval '1 day')"
    await database.pool.execute(insert, new_id(), LampLit.name)
    await database.pool.execute(insert, new_id(), "of.a.newer.release")
    await commit(database, None, lit("good", age_s=100))
    outbox = Outbox(database.pool, an_observer(arrived.put)[0], sweep_every_s=0.01)
    outbox.start()
    async with asyncio.timeout(10):
        assert getattr(await arrived.get(), "lamp", None) == "good"
    await outbox.stop()
    await Outbox(database.pool, an_observer()[0]).sweep()
    assert await undelivered(database) == 1


async def test_events_are_carried_to_other_programs_over_redis(database: Database, redis_url: str) -> None:
    await database.pool.execute("DELETE FROM outbox")
    redis: Any = Redis.from_url(redis_url, decode_responses=True)
    observer, _ = an_observer()
    outbox = Outbox(database.pool, observer, carry=RedisEventStream(redis, "events").carry)
    outbox.start()
    events = [lit("one"), lit("two")]
    await commit(database, outbox, *events)
    await outbox.stop()
    entries = [fields for _, fields in await redis.xrange("events")]
    await redis.aclose()
    assert [LampLit.model_validate_json(entry["payload"]) for entry in entries] == events
    assert [entry["id"] for entry in entries] == [event.event_id for event in events]
    assert {(entry["name"], len(entry)) for entry in entries} == {("test.lamp_lit", 4)}
    assert await undelivered(database) == 0


async def test_what_could_not_be_carried_comes_again_and_is_heard_once(database: Database) -> None:
    await database.pool.execute("DELETE FROM outbox")
    heard: list[DomainEvent] = []
    carried: list[DomainEvent] = []
    away, refused = True, 0

    async def hear(event: DomainEvent) -> None:
        heard.append(event)

    async def carry(events: Sequence[DomainEvent]) -> None:
        nonlocal refused
        if away:
            refused += 1
            raise ConnectionError
        carried.extend(events)

    observer, _ = an_observer(hear)
    outbox = Outbox(database.pool, observer, carry=carry, sweep_every_s=0.02, left_behind_s=1)
    outbox.start()
    event = lit("late")
    await commit(database, outbox, event)
    async with asyncio.timeout(10):
        while not outbox._heard:
            await asyncio.sleep(0.01)
        while refused < 3:
            await asyncio.sleep(0.01)
        assert (heard, carried, await undelivered(database)) == ([event], [], 1)
        away = False
        while await undelivered(database):
            await asyncio.sleep(0.01)
    await outbox.stop()
    assert heard == [event]
    assert event in carried
    assert outbox._heard == set()
