"""Notices between processes over PostgreSQL's LISTEN / NOTIFY: hints only, nothing depends on one arriving.

One connection per process listens. It comes back by itself; whatever was said meanwhile is lost, so everybody who
listens is told about the gap and looks at the tables.
"""

import asyncio
import contextlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import structlog

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Pool

log = structlog.get_logger()


class Channel(StrEnum):
    """What notices are about; payloads are short texts."""

    NOTIFICATION = "dynagent_notification"
    CANCEL = "dynagent_cancel"
    TRACE = "dynagent_trace"
    COPY = "dynagent_copy"
    HEARD = "dynagent_heard"
    HERE = "dynagent_here"
    NEWS = "dynagent_news"


OnNotice = Callable[[str], None]
RECONNECT_S = (0.1, 0.25, 0.5, 1.0, 2.0)
CHECK_S = 10.0


class PostgresNotices:
    """Sends and hears notices. `connect` opens the listening connection (outside every pool)."""

    def __init__(self, pool: Pool, connect: Callable[[], Any]) -> None:
        self._pool = pool
        self._connect = connect
        self._listeners: dict[Channel, list[OnNotice]] = {channel: [] for channel in Channel}
        self._on_gap: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    def listen(self, channel: Channel, on_notice: OnNotice) -> None:
        """Call `on_notice(payload)` for every notice of the channel, other processes' and this one's."""
        self._listeners[channel].append(on_notice)

    def on_gap(self, callback: Callable[[], None]) -> None:
        """Call back after notices may have been missed."""
        self._on_gap.append(callback)

    async def send(self, channel: Channel, payload: str) -> None:
        """Notify all processes. Never raises: a notice is a hint."""
        try:
            await self._pool.execute("SELECT pg_notify($1, $2)", channel.value, payload)
        except Exception as error:
            log.warning("notice_not_sent", channel=channel.value, error=repr(error))

    async def start(self) -> None:
        """Begin to listen; returns when the first connection listens."""
        self._task = asyncio.create_task(self._run(), name="postgres-notices")
        waiting = asyncio.create_task(self._listening.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        waiting.cancel()

    async def stop(self) -> None:
        """Stop listening."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                connection = await self._connect()
            except Exception as error:
                delay_s = RECONNECT_S[min(tries, len(RECONNECT_S) - 1)]
                tries += 1
                log.warning("notices_not_heard", error=repr(error), retry_in_s=delay_s)
                await asyncio.sleep(delay_s)
                continue
            try:
                await self._hear(connection, gap=self._listening.is_set())
                tries = 0
            except Exception as error:
                log.warning("notices_interrupted", error=repr(error))
            finally:
                with contextlib.suppress(Exception):
                    connection.terminate()

    async def _hear(self, connection: Any, *, gap: bool) -> None:
        closed = asyncio.Event()

        def note_end(_connection: Any) -> None:
            closed.set()

        connection.add_termination_listener(note_end)
        for channel in Channel:
            await connection.add_listener(channel.value, self._deliver)
        self._listening.set()
        if gap:
            for callback in self._on_gap:
                callback()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closed.wait(), CHECK_S)
                raise ConnectionResetError("the server closed the connection")
            # A cheap question now and then notices a connection that died without a word.
            await connection.fetchval("SELECT 1", timeout=CHECK_S)

    def _deliver(self, _connection: Any, _pid: int, channel: str, payload: str) -> None:
        for listener in self._listeners[Channel(channel)]:
            try:
                listener(payload)
            except Exception:
                log.exception("notice_not_understood", channel=channel, payload=payload)
