"""Notifications reach one listener each, survive a broker that forgets everything, and cost nothing when it is away.

The same tests for each broker, against real servers: Redis, NATS JetStream, and RabbitMQ where it is installed.
"""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from redis.asyncio import Redis
from taskiq import InMemoryBroker

from dynagent.core.executions import Lane
from dynagent.infrastructure.redis.notifier import BadBrokerUrl, TaskiqNotifier, broker_factory
from tests.brokers import TestNats, TestRabbit


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)


class Listener:
    """Notes the notifications it hears; takes the next one while it has room."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Lane]] = []
        self.places = asyncio.Event()
        self.places.set()

    def on_notification(self, execution_id: str, lane: Lane) -> None:
        self.heard.append((execution_id, lane))

    async def room(self, lane: Lane) -> None:
        await self.places.wait()


class Narrow(Listener):
    """Has room for one notification."""

    def on_notification(self, execution_id: str, lane: Lane) -> None:
        super().on_notification(execution_id, lane)
        self.places.clear()


@pytest.fixture(scope="module")
def nats_server() -> Iterator[TestNats]:
    """A NATS of this module."""
    server = TestNats()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def rabbit_server() -> Iterator[TestRabbit]:
    """A RabbitMQ of this module."""
    server = TestRabbit()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["redis", "nats", "rabbitmq"])
async def broker_url(request: pytest.FixtureRequest) -> str:
    """The URL of each broker in turn, with nothing of an earlier test in it."""
    if request.param == "redis":
        return request.getfixturevalue("redis_url")
    server = request.getfixturevalue({"nats": "nats_server", "rabbitmq": "rabbit_server"}[request.param])
    await forget_everything(server.url)
    return server.url


async def forget_everything(url: str) -> None:
    """Do to a broker what FLUSHALL does to Redis."""
    if url.startswith("redis"):
        redis = Redis.from_url(url)  # pyright: ignore[reportUnknownMemberType]
        await redis.flushall()
        await redis.aclose()
    elif url.startswith("nats"):
        import nats
        from nats.js.errors import NotFoundError

        client = await nats.connect(url)
        with contextlib.suppress(NotFoundError):
            await client.jetstream().delete_stream("dynagent-notifications")
        await client.close()
    else:
        import aio_pika

        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            for lane in ("interactive", "batch", "quarantine"):
                await channel.queue_delete(f"dynagent.notifications.{lane}")


@pytest.fixture
async def notifiers(broker_url: str) -> AsyncIterator[list[TaskiqNotifier]]:
    made = [TaskiqNotifier(broker_factory(broker_url)) for _ in range(3)]
    for notifier in made:
        await notifier.start()
    yield made
    for notifier in made:
        await notifier.stop()


async def test_each_notification_is_heard_by_one_listener(notifiers: list[TaskiqNotifier]) -> None:
    listeners = [Listener(), Listener()]
    for notifier, listener in zip(notifiers[1:], listeners, strict=True):
        notifier.listen(listener.on_notification, listener.room)
    for number in range(20):
        await notifiers[0].notify(f"e{number}", "batch" if number % 2 else "interactive")
    await until(lambda: sum(len(listener.heard) for listener in listeners) == 20)
    heard = [heard for listener in listeners for heard in listener.heard]
    assert sorted(heard) == sorted((f"e{n}", "batch" if n % 2 else "interactive") for n in range(20))


async def test_notifications_notified_before_anybody_listened_are_heard(notifiers: list[TaskiqNotifier]) -> None:
    await notifiers[0].notify("early", "interactive")
    listener = Listener()
    notifiers[1].listen(listener.on_notification, listener.room)
    await until(lambda: listener.heard == [("early", "interactive")])


async def test_a_listener_without_room_leaves_notifications_to_others(notifiers: list[TaskiqNotifier]) -> None:
    full, free = Listener(), Listener()
    full.places.clear()
    notifiers[1].listen(full.on_notification, full.room)
    notifiers[2].listen(free.on_notification, free.room)
    for number in range(5):
        await notifiers[0].notify(f"e{number}", "interactive")
    await until(lambda: len(free.heard) == 5)
    assert full.heard == []


async def test_who_stops_leaves_nothing_behind(redis_url: str) -> None:
    """No message to be acknowledged, and no name in the group, or each restart would add one."""
    notifier, listener = TaskiqNotifier(broker_factory(redis_url)), Listener()
    await notifier.start()
    notifier.listen(listener.on_notification, listener.room)
    await notifier.notify("e", "interactive")
    await until(lambda: bool(listener.heard))
    redis: Any = Redis.from_url(redis_url)  # pyright: ignore[reportUnknownMemberType]
    [group] = await redis.xinfo_groups("dynagent:notifications:interactive")
    assert (group["consumers"], group["pending"]) == (1, 0)
    await notifier.stop()
    [group] = await redis.xinfo_groups("dynagent:notifications:interactive")
    await redis.aclose()
    assert (group["consumers"], group["pending"]) == (0, 0)


async def test_after_a_flush_notifications_are_heard_again(notifiers: list[TaskiqNotifier], broker_url: str) -> None:
    listener = Listener()
    notifiers[1].listen(listener.on_notification, listener.room)
    await notifiers[0].notify("before", "interactive")
    await until(lambda: bool(listener.heard))
    await forget_everything(broker_url)

    async with asyncio.timeout(15):
        while len(listener.heard) < 2:
            await notifiers[0].notify("after", "interactive")
            await asyncio.sleep(0.1)
    assert listener.heard[-1] == ("after", "interactive")


async def test_a_listener_that_filled_up_keeps_no_notification_to_itself(notifiers: list[TaskiqNotifier]) -> None:
    """What it has not asked for yet must not lie with it while another would start it at once."""
    full, free = Narrow(), Listener()
    notifiers[1].listen(full.on_notification, full.room)
    await notifiers[0].notify("first", "interactive")
    await until(lambda: full.heard == [("first", "interactive")])
    notifiers[2].listen(free.on_notification, free.room)
    for number in range(3):
        await notifiers[0].notify(f"e{number}", "interactive")
    await until(lambda: len(free.heard) == 3)
    assert full.heard == [("first", "interactive")]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nats://127.0.0.1:1", "amqp://127.0.0.1:1/"])
async def test_a_broker_that_is_away_is_silence(url: str) -> None:
    notifier = TaskiqNotifier(broker_factory(url))
    await notifier.start()
    await notifier.notify("e", "interactive")
    await notifier.stop()


async def test_who_only_notifies_notifies_again_when_the_broker_has_come() -> None:
    """A server without worker has no listener that would connect again for it."""
    late = TestNats()
    publisher, hearer = TaskiqNotifier(broker_factory(late.url)), TaskiqNotifier(broker_factory(late.url))
    await publisher.start()
    await publisher.notify("lost", "batch")
    late.start()
    listener = Listener()
    hearer.listen(listener.on_notification, listener.room)
    await publisher.notify("heard", "batch")
    await until(lambda: listener.heard == [("heard", "batch")])
    await publisher.stop()
    await hearer.stop()
    late.stop()


async def test_any_taskiq_broker_can_notify() -> None:
    notifier = TaskiqNotifier(lambda _: InMemoryBroker())
    await notifier.start()
    await notifier.notify("e", "interactive")
    await notifier.stop()


@pytest.mark.parametrize("url", ["http://x", "redis", "amqp:/x", ""])
def test_a_broker_that_is_not_known_is_named(url: str) -> None:
    with pytest.raises(BadBrokerUrl, match="must begin with"):
        broker_factory(url)("interactive")


@pytest.mark.parametrize(("url", "extra"), [("amqp://x", "rabbitmq"), ("nats://x", "nats")])
def test_an_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, url: str, extra: str) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(BadBrokerUrl, match=rf"dynagent\[{extra}\]"):
        broker_factory(url)("interactive")


class Stubborn(InMemoryBroker):
    """Answers its first cancellation with an error of the connection, as a client does whose connection breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.listened = 0

    async def listen(self) -> AsyncGenerator[bytes, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.listened += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.listened == 1:
                raise ConnectionError("broken") from None
            raise
        yield b""


async def test_a_listener_that_takes_its_cancellation_for_an_outage_stops_all_the_same() -> None:
    made: list[Stubborn] = []

    def make(lane: Lane) -> Stubborn:
        made.append(Stubborn())
        return made[-1]

    notifier = TaskiqNotifier(make)
    listener = Listener()
    notifier.listen(listener.on_notification, listener.room)
    await until(lambda: all(broker.listened == 1 for broker in made))
    async with asyncio.timeout(15):
        await notifier.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
