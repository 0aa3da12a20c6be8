"""A taskiq broker over NATS JetStream for messages that may be lost: one stream in memory, a consumer for each lane.

taskiq's own broker uses one stream and one consumer name for everything: of three lanes only the first would work.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import nats
from nats.js.api import ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NoStreamResponseError
from taskiq import AsyncBroker, BrokerMessage

OPEN_S = 2.0
FETCH_S = 5.0
MAX_AGE_S = 300.0
"""A notification this old was sent again by the sweeper, many times."""
STREAM = "dynagent-notifications"
SUBJECTS = "dynagent.notifications.>"


class NatsNotificationBroker(AsyncBroker):
    """Gives each message of a subject below `SUBJECTS` to one listener. `maxlen` bounds the stream of all subjects."""

    def __init__(self, url: str, *, subject: str, maxlen: int) -> None:
        super().__init__()
        self._url = url
        self._subject = subject
        self._durable = subject.replace(".", "-")
        self._stream = StreamConfig(
            name=STREAM,
            subjects=[SUBJECTS],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.MEMORY,
            discard=DiscardPolicy.OLD,
            max_msgs=maxlen,
            max_age=MAX_AGE_S,
        )
        self._opening = asyncio.Lock()
        self._client: Any = None

    async def startup(self) -> None:
        """Connect and make the stream. Raises what the client raises when NATS is away."""
        await super().startup()
        await (await self._open()).add_stream(self._stream)

    async def kick(self, message: BrokerMessage) -> None:
        """Append a message; connects again, and makes the stream again, where they were lost."""
        stream = await self._open()
        try:
            await stream.publish(self._subject, message.message)
        except NoStreamResponseError:
            await stream.add_stream(self._stream)
            await stream.publish(self._subject, message.message)

    async def listen(self) -> AsyncGenerator[bytes, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Yield messages as they come; raises when the connection, the stream or the consumer is gone."""
        stream = await self._open()
        await stream.add_stream(self._stream)
        wanted = ConsumerConfig(durable_name=self._durable, filter_subject=self._subject)
        await stream.add_consumer(STREAM, wanted)
        notifications = await stream.pull_subscribe_bind(self._durable, STREAM)
        while True:
            for message in await _fetched(notifications):
                await message.ack()
                yield message.data

    async def shutdown(self) -> None:
        """Close the connection."""
        await self._close()
        await super().shutdown()

    # Any: nats-py says of none of these methods what keywords it takes.
    async def _open(self) -> Any:
        async with self._opening:
            if self._client is None or not self._client.is_connected:
                await self._close()
                # Whoever listens or notifies connects again: one way back, not two.
                client: Any = nats.connect(  # pyright: ignore[reportUnknownMemberType]
                    self._url,
                    connect_timeout=OPEN_S,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0.1,
                    error_cb=_unheard,
                )
                self._client = await asyncio.wait_for(client, OPEN_S)
            return self._client.jetstream()

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), OPEN_S)


async def _fetched(notifications: Any) -> list[Any]:
    try:
        return await notifications.fetch(1, timeout=FETCH_S)
    except TimeoutError:
        return []


async def _unheard(_error: Exception) -> None:
    """The caller raises it too; the client's own line in the log would be a second one."""
