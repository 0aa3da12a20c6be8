"""A taskiq broker over RabbitMQ for messages that may be lost: one bounded queue, one message at a time to a listener.

taskiq's own broker sends what is dropped or grows old to a second queue that nobody reads, and hands out a message
before there is a place for it. Here dropped notifications are gone, and the next one comes when it is asked for.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import DeliveryError
from taskiq import AsyncBroker, BrokerMessage

OPEN_S = 2.0
SILENCE_S = 5.0
MAX_AGE_MS = 300_000
"""A notification this old was sent again by the sweeper, many times."""


class RabbitNotificationBroker(AsyncBroker):
    """Gives each message to one listener. `maxlen` bounds the queue; the oldest are dropped."""

    def __init__(self, url: str, *, queue_name: str, maxlen: int) -> None:
        super().__init__()
        self._url = url
        self._queue_name = queue_name
        self._limits: dict[str, Any] = {
            "x-max-length": maxlen,
            "x-overflow": "drop-head",
            "x-message-ttl": MAX_AGE_MS,
        }
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None

    async def startup(self) -> None:
        """Connect and make the queue. Raises what the client raises when RabbitMQ is away."""
        await super().startup()
        await self._open()

    async def kick(self, message: BrokerMessage) -> None:
        """Append a message; connects again where the connection was lost."""
        channel = await self._open()
        notification = aio_pika.Message(message.message, delivery_mode=aio_pika.DeliveryMode.NOT_PERSISTENT)
        try:
            await channel.default_exchange.publish(notification, self._queue_name)
        except DeliveryError:
            # There is no such queue any more.
            await self._declared(channel)
            await channel.default_exchange.publish(notification, self._queue_name)

    async def listen(self) -> AsyncGenerator[bytes, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Yield messages as they come; ends, or raises, when the connection is gone."""
        await self._open()
        assert self._connection is not None
        # A channel of its own: who notifies must not wait behind what limits the hearing.
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=1)
        while not channel.is_closed:
            queue = await self._declared(channel)
            # A removed queue takes its listeners along without telling them: after a silence listen anew.
            with contextlib.suppress(TimeoutError):
                async with queue.iterator(timeout=SILENCE_S) as messages:
                    async for message in messages:
                        yield message.body
                        # Now, not before: this brings the next one, which a full listener would only keep.
                        await message.ack()

    async def shutdown(self) -> None:
        """Close the connection; a notification that is not acknowledged yet goes to somebody else."""
        await self._close()
        await super().shutdown()

    async def _open(self) -> AbstractChannel:
        async with self._opening:
            if self._channel is not None and not self._channel.is_closed:
                return self._channel
            await self._close()
            async with asyncio.timeout(OPEN_S):
                self._connection = await aio_pika.connect(self._url, timeout=OPEN_S)
                channel = await self._connection.channel(on_return_raises=True)
                await self._declared(channel)
            self._channel = channel
            return channel

    async def _declared(self, channel: AbstractChannel) -> AbstractQueue:
        return await channel.declare_queue(self._queue_name, durable=True, arguments=self._limits)

    async def _close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(OPEN_S):
                    await connection.close()
