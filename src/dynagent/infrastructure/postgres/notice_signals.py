"""Notifications, cancels and news of traces over PostgreSQL's notices: how processes reach each other without Redis."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from dynagent.core.executions import CancelSignal, Frame, Lane, Notifier
from dynagent.infrastructure.postgres.notices import Channel, PostgresNotices
from dynagent.infrastructure.postgres.pool import Pool

LANES: tuple[Lane, ...] = get_args(Lane)
HEARD_S = 0.5
NOTIFY_ALL = "SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id"


class NoticeNotifier(Notifier):
    """Every worker hears every notification; the claim decides who gets it. Right for a handful of workers."""

    def __init__(self, notices: PostgresNotices) -> None:
        self._notices = notices

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Notify all workers."""
        await self._notices.send(Channel.NOTIFICATION, f"{execution_id} {lane}")

    def listen(self, on_notification: Callable[[str, Lane], None]) -> None:
        """Call `on_notification` for every notification."""

        def hear(payload: str) -> None:
            execution_id, _, name = payload.partition(" ")
            for lane in LANES:
                if lane == name:
                    on_notification(execution_id, lane)

        self._notices.listen(Channel.NOTIFICATION, hear)


class NoticeCancelSignal(CancelSignal):
    """Tells every worker."""

    def __init__(self, notices: PostgresNotices) -> None:
        self._notices = notices

    async def announce(self, execution_id: str) -> None:
        """Announce to all processes."""
        await self._notices.send(Channel.CANCEL, execution_id)

    def listen(self, on_cancel: Callable[[str], None]) -> None:
        """Call `on_cancel` for every signal."""
        self._notices.listen(Channel.CANCEL, on_cancel)


@dataclass(slots=True)
class _Round:
    """A notice whose answers are awaited."""

    missing: int
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class NoticeOfCopies:
    """Tells all other processes which copy is void, and returns when they have forgotten it.

    So nobody who has changed something is shown the old copy by another process. One that does not answer within
    `HEARD_S` seconds is dead or will be told of the gap; then nobody waits for it any longer.
    """

    def __init__(self, notices: PostgresNotices, *, sender: str, peers: Callable[[], int]) -> None:
        self._notices = notices
        self._sender = sender
        self._peers = peers
        self._rounds: dict[str, _Round] = {}
        self._numbers = itertools.count(1)
        self._answers: set[asyncio.Task[None]] = set()

    async def publish(self, what: str) -> None:
        """Tell it and wait for those who are alive. Never raises."""
        name = f"{self._sender}/{next(self._numbers)}"
        waited = self._rounds[name] = _Round(self._peers())
        try:
            await self._notices.send(Channel.COPY, f"{name} {what}")
            if waited.missing > 0:
                async with asyncio.timeout(HEARD_S):
                    await waited.heard.wait()
        except TimeoutError:
            pass
        finally:
            del self._rounds[name]

    def listen(self, forget: Callable[[str], Awaitable[None]]) -> None:
        """Await `forget` for what others tell, then answer."""

        def hear(payload: str) -> None:
            name, _, what = payload.partition(" ")
            if not name.startswith(self._sender):
                task = asyncio.create_task(self._answer(name, forget(what)))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

        self._notices.listen(Channel.COPY, hear)
        self._notices.listen(Channel.HEARD, self._count)

    async def _answer(self, name: str, forgetting: Awaitable[None]) -> None:
        await forgetting
        await self._notices.send(Channel.HEARD, name)

    def _count(self, name: str) -> None:
        waited = self._rounds.get(name)
        if waited is not None:
            waited.missing -= 1
            if waited.missing <= 0:
                waited.heard.set()


class NoticeTraceFanout:
    """Says which executions have new events, once per flush; the readers of other processes look at the table.

    `worth_it` is asked before each flush: with no other process alive nothing is sent.
    """

    def __init__(self, pool: Pool, *, sender: str, worth_it: Callable[[], bool]) -> None:
        self._pool = pool
        self._sender = sender
        self._worth_it = worth_it
        self._news: set[str] = set()
        self._flush: asyncio.Task[None] | None = None

    def publish(self, execution_id: str, _frames: Sequence[Frame]) -> None:
        """Note that an execution has new events."""
        if not self._worth_it():
            return
        self._news.add(execution_id)
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._send(), name="trace-notices")

    def listen(self, notices: PostgresNotices, poke: Callable[[str], None]) -> None:
        """Call `poke` for executions that other processes have written to."""

        def hear(payload: str) -> None:
            execution_id, _, sender = payload.partition(" ")
            if sender != self._sender:
                poke(execution_id)

        notices.listen(Channel.TRACE, hear)

    async def _send(self) -> None:
        while self._news:
            news, self._news = self._news, set()
            payloads = [f"{execution_id} {self._sender}" for execution_id in news]
            try:
                await self._pool.execute(NOTIFY_ALL, Channel.TRACE.value, payloads)
            except Exception:
                # A hint: the readers ask the table after a while anyhow.
                return
