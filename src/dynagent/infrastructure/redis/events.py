"""Domain events for other programs, over a Redis stream: whoever has to know that a run ended reads it there.

At least once: an event counts as delivered when it stands in the stream. Readers tell repeated ones by their `id`.
"""

from collections.abc import Sequence

from redis.asyncio import Redis

from dynagent.core.shared.events import DomainEvent

MAX_EVENTS = 100_000
"""About how many events the stream keeps."""


class RedisEventStream:
    """Appends to one stream. Fields of an entry: `id`, `name`, `user_id`, and `payload`, the whole event as JSON."""

    def __init__(self, redis: Redis, stream: str) -> None:
        self._redis = redis
        self._stream = stream

    async def carry(self, events: Sequence[DomainEvent]) -> None:
        """Append events in their order, all in one round trip. Raises RedisError, OSError while Redis is away."""
        pipeline = self._redis.pipeline(transaction=False)
        for event in events:
            pipeline.xadd(
                self._stream,
                {
                    "id": event.event_id,
                    "name": event.name,
                    "user_id": event.user_id,
                    "payload": event.model_dump_json(),
                },
                maxlen=MAX_EVENTS,
                approximate=True,
            )
        await pipeline.execute()
