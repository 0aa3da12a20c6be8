"""Feeds of one owner's rows as they are stored: whoever stores tells it in the same transaction, followers look then.

A feed is read by a number that grows in the order in which an owner's rows are committed, so no row slips through: who
stores holds the owner's lock (`LOCK`) until the end of the transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from dynagent.core.runs import Frame
from dynagent.infrastructure.postgres.notices import Channel, PostgresNotices
from dynagent.infrastructure.postgres.pool import Connection

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 1852798323))"  # "news"
NOTIFY = "SELECT pg_notify($1, $2)"
HEARTBEAT_S = 15.0
PAGE = 500

Read = Callable[[int, int], Awaitable[Sequence[Frame]]]
"""Reads up to so many (second number) frames after a number."""


async def lock_news(connection: Connection, user_id: str) -> None:
    """Wait for the owner's turn to store; it lasts to the end of the transaction."""
    await connection.execute(LOCK, user_id)


async def notify_followers(connection: Connection, user_id: str) -> None:
    """Have the owner's followers look, in all processes, once the transaction is committed."""
    await connection.execute(NOTIFY, Channel.NEWS.value, user_id)


class PostgresNews:
    """Wakes the followers of this process; one that hears nothing looks by itself every `heartbeat_s` seconds."""

    def __init__(self, notices: PostgresNotices, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._heartbeat_s = heartbeat_s
        self._waiting: dict[str, set[asyncio.Event]] = {}
        notices.listen(Channel.NEWS, self._wake)
        notices.on_gap(self._wake_all)

    async def follow(self, user_id: str, after: int, read: Read) -> AsyncIterator[Sequence[Frame]]:
        """Yield frames after a number as they are stored, without end; an empty batch is a heartbeat."""
        woken = asyncio.Event()
        self._waiting.setdefault(user_id, set()).add(woken)
        try:
            while True:
                # Cleared before the look: what is stored while it lasts wakes the next one.
                woken.clear()
                frames = await read(after, PAGE)
                if frames:
                    after = frames[-1].seq
                    yield frames
                if len(frames) == PAGE:
                    continue
                try:
                    async with asyncio.timeout(self._heartbeat_s):
                        await woken.wait()
                except TimeoutError:
                    yield ()
        finally:
            waiting = self._waiting[user_id]
            waiting.discard(woken)
            if not waiting:
                del self._waiting[user_id]

    def _wake(self, user_id: str) -> None:
        for event in self._waiting.get(user_id, ()):
            event.set()

    def _wake_all(self) -> None:
        for user_id in self._waiting:
            self._wake(user_id)
