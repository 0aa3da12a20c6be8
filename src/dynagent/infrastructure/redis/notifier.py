"""The notifier over taskiq: Redis Streams by default, RabbitMQ or NATS JetStream by `BROKER_URL`.

Every setting here was learnt from a failure: messages are acknowledged on receipt, groups start at the beginning of the
stream, streams are bounded, nothing is ever claimed from a slow consumer, and `listen()` is entered again when it
raises, because a restart or FLUSHALL of Redis ends it.
"""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import structlog
from taskiq import AsyncBroker
from taskiq.acks import AckableMessage

from dynagent.core.executions import Lane, Notifier
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.redis.notification_broker import ClusterNotificationBroker, RedisNotificationBroker
from dynagent.infrastructure.redis.settings import read_address

log = structlog.get_logger()

TASK = "dynagent.notify"
GROUP = "dynagent"
MAXLEN = 100_000
RECONNECT_S = 0.5
NOTIFY_TIMEOUT_S = 1.0

OnNotification = Callable[[str, Lane], None]
Room = Callable[[Lane], Awaitable[None]]


class BadBrokerUrl(InvalidInput):
    """`BROKER_URL` names a broker that is not known or not installed."""

    code = "bad_broker_url"


class TaskiqNotifier(Notifier):
    """Notifies through one broker queue per lane, so that a full lane does not hold up another."""

    def __init__(self, make_broker: Callable[[Lane], AsyncBroker]) -> None:
        self._brokers: dict[Lane, AsyncBroker] = {lane: make_broker(lane) for lane in get_args(Lane)}
        self._tasks = {lane: broker.register_task(_notified, task_name=TASK) for lane, broker in self._brokers.items()}
        self._listeners: list[asyncio.Task[None]] = []
        self._away = False

    async def start(self) -> None:
        """Open the brokers; one that is away is opened again when it listens or notifies."""
        await asyncio.gather(*(self._open(lane) for lane in self._brokers))

    async def stop_listening(self) -> None:
        """Take no more notifications; notifying still works."""
        await end_tasks(self._listeners)
        self._listeners.clear()

    async def stop(self) -> None:
        """Stop listening and close the brokers."""
        await self.stop_listening()
        await asyncio.gather(*(broker.shutdown() for broker in self._brokers.values()), return_exceptions=True)

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Notify; when the broker is away the notification is lost and the sweeper notifies again."""
        try:
            async with asyncio.timeout(NOTIFY_TIMEOUT_S):
                await self._tasks[lane].kiq(execution_id, lane)
        except Exception as error:
            self._say_away(error)

    def listen(self, on_notification: OnNotification, room: Room) -> None:
        """Call `on_notification` for each; takes the next one of a lane when `room(lane)` says there is a place."""
        for lane in self._brokers:
            self._listeners.append(
                asyncio.create_task(self._listen_forever(lane, on_notification, room), name=f"notifications-{lane}")
            )

    async def _listen_forever(self, lane: Lane, on_notification: OnNotification, room: Room) -> None:
        while True:
            try:
                await self._open(lane)
                await self._listen(lane, on_notification, room)
            except Exception as error:
                self._say_away(error)
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, lane: Lane, on_notification: OnNotification, room: Room) -> None:
        broker = self._brokers[lane]
        await room(lane)
        async for message in broker.listen():
            if self._away:
                self._away = False
                log.info("broker_is_back", lane=lane)
            data = message
            if isinstance(message, AckableMessage):
                acknowledged = message.ack()
                if isinstance(acknowledged, Awaitable):
                    await acknowledged
                data = message.data
            execution_id, notified_lane = broker.formatter.loads(data).args  # pyright: ignore[reportArgumentType]
            on_notification(execution_id, notified_lane)
            await room(lane)

    async def _open(self, lane: Lane) -> None:
        try:
            await self._brokers[lane].startup()
        except Exception as error:
            self._say_away(error)

    def _say_away(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            log.warning("broker_away", error=repr(error), consequence="the sweeper notifies, executions start later")


async def _notified(execution_id: str, lane: Lane) -> None:
    """The task's body is never run by taskiq: our listener takes its arguments."""


def broker_factory(url: str) -> Callable[[Lane], AsyncBroker]:
    """Return what makes the broker of a lane for this URL. Raises BadBrokerUrl."""
    scheme = url.partition("://")[0].partition("+")[0]
    makers: dict[str, Callable[[str, Lane], AsyncBroker]] = {
        "redis": _redis_broker, "rediss": _redis_broker, "amqp": _rabbitmq_broker, "amqps": _rabbitmq_broker,
        "nats": _nats_broker,
    }  # fmt: skip
    if scheme not in makers or "://" not in url:
        raise BadBrokerUrl(f"BROKER_URL must begin with redis://, amqp:// or nats://, not with {scheme}://")
    return lambda lane: makers[scheme](url, lane)


def _redis_broker(url: str, lane: Lane) -> AsyncBroker:
    try:
        address = read_address(url)
    except ValueError as error:
        raise BadBrokerUrl(f"BROKER_URL {error}") from None
    broker = ClusterNotificationBroker if address.is_cluster else RedisNotificationBroker
    return broker(
        address, queue_name=f"dynagent:notifications:{lane}", consumer_group_name=GROUP, consumer_id="0", maxlen=MAXLEN
    )


def _rabbitmq_broker(url: str, lane: Lane) -> AsyncBroker:
    module = _optional("dynagent.infrastructure.rabbitmq.notification_broker", "rabbitmq")
    return module.RabbitNotificationBroker(url, queue_name=f"dynagent.notifications.{lane}", maxlen=MAXLEN)


def _nats_broker(url: str, lane: Lane) -> AsyncBroker:
    module = _optional("dynagent.infrastructure.nats.notification_broker", "nats")
    return module.NatsNotificationBroker(url, subject=f"dynagent.notifications.{lane}", maxlen=MAXLEN)


def _optional(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise BadBrokerUrl(f"this BROKER_URL needs an extra: pip install 'dynagent[{extra}]'") from error
