"""How this process and others reach each other: notifications, cancels, news of traces, copies to forget."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from dynagent.core.agents import Agent
from dynagent.core.runs import Frame, Lane, Notifier
from dynagent.core.shared.cache import GONE, Cache
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.tasks import running
from dynagent.infrastructure.hybrid.repository import EntityCache, copy_version
from dynagent.infrastructure.memory.cache import MemoryCache
from dynagent.infrastructure.memory.signals import NearestNotifier, SpreadCancelSignal
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.notice_signals import (
    NoticeCancelSignal,
    NoticeNotifier,
    NoticeOfCopies,
    NoticeTraceFanout,
)
from dynagent.infrastructure.postgres.notices import Channel, PostgresNotices
from dynagent.infrastructure.postgres.outbox import Carry
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from dynagent.infrastructure.redis.settings import BrokerSettings, CacheSettings, RedisSettings
from dynagent.infrastructure.trace.hub import TraceHub

if TYPE_CHECKING:
    from dynagent.infrastructure.redis.client import RedisGuard
    from dynagent.infrastructure.redis.notifier import TaskiqNotifier
    from dynagent.infrastructure.redis.trace_fanout import RedisTraceFanout


class Hears(Protocol):
    """The worker of this process, as signals reach it."""

    def notify(self, execution_id: str, lane: Lane) -> None:
        """There may be something to run."""
        ...

    def has_room(self, lane: Lane) -> bool:
        """Whether a notification of this lane would start a run at once."""
        ...

    def room(self, lane: Lane) -> Awaitable[None]:
        """Return when the lane has a free place."""
        ...

    def cancel(self, execution_id: str) -> None:
        """Stop an execution that runs here."""
        ...


@asynccontextmanager
async def open_signals(
    database: Database,
    leases: PostgresLeases,
    *,
    redis: RedisSettings,
    broker: BrokerSettings,
    cache: CacheSettings,
) -> AsyncGenerator["Signals"]:
    """Give the signals of a process while they listen."""
    async with AsyncExitStack() as stack:
        signals = Signals(database, leases, redis=redis, broker=broker, cache=cache)
        await signals.start(stack)
        yield signals


class Signals:
    """Made for one process; with `REDIS_URL` over Redis, without over PostgreSQL's notices, alone in memory."""

    def __init__(
        self,
        database: Database,
        leases: PostgresLeases,
        *,
        redis: RedisSettings,
        broker: BrokerSettings,
        cache: CacheSettings,
    ) -> None:
        self._redis = redis
        self._cache_ttl_s = cache.ttl
        self.with_redis = redis.url is not None
        self._broker_url = broker.url or redis.url
        self._leases = leases
        self._sender = new_id()
        self.hub = TraceHub()
        self.notices = PostgresNotices(database.pool, database.listen)
        self._notice_notifier = NoticeNotifier(self.notices)
        self._cancel = NoticeCancelSignal(self.notices)
        self._trace_news = NoticeTraceFanout(
            database.pool, sender=self._sender, worth_it=lambda: leases.peers > 0 and self._fanout is None
        )
        # Copies in Redis are everybody's: then nobody has one of his own to forget. But one who cannot reach it himself
        # waits until those who can have fenced his change there.
        self._copy_notices = NoticeOfCopies(
            self.notices, sender=self._sender, peers=lambda: 0 if self._redis_is_well() else leases.peers
        )
        self._fanout: RedisTraceFanout | None = None
        self._taskiq: TaskiqNotifier | None = None
        self.guard: RedisGuard | None = None
        self.carry: Carry | None = None
        """What takes domain events to other programs, where that is wanted."""
        self.cache: Cache = MemoryCache(ttl_s=cache.ttl)
        self.cancel_signal = SpreadCancelSignal(self._cancel)
        self.notifier = NearestNotifier(self._remote_notifier())
        self._tasks: set[asyncio.Task[None]] = set()
        self.copies: EntityCache[Agent] | None = None

    async def start(self, stack: AsyncExitStack) -> None:
        """Open what listens; the stack closes it."""
        await self._start_redis(stack)
        self._trace_news.listen(self.notices, self.hub.poke)
        self.notices.listen(Channel.HERE, self._leases.hear_of)
        self.notices.on_gap(self._after_gap)
        await stack.enter_async_context(running(self.notices))

    def serve_copies(self, copies: EntityCache[Agent]) -> None:
        """Have other processes' changes forgotten here, and tell them of ours (`forget_elsewhere`)."""
        self.copies = copies
        self._copy_notices.listen(self._forget)

    async def forget_elsewhere(self, agent: Agent | str) -> None:
        """Tell every process that copies older than this agent (all, for the id of a deleted one) are void."""
        text = agent if isinstance(agent, str) else f"{agent.id} {copy_version(agent.updated_at)}"
        await self._copy_notices.publish(text)

    def attach(self, worker: Hears, *, takes_work: bool) -> None:
        """Have the worker hear what is for it; one that takes no work must leave the notifications to the others."""
        self.notifier.attach(worker.notify, worker.has_room)
        self.cancel_signal.attach(worker.cancel)
        self._cancel.listen(worker.cancel)
        if not takes_work:
            return
        if self._taskiq is not None:
            self._taskiq.listen(worker.notify, worker.room)
        else:
            self._notice_notifier.listen(worker.notify)

    async def stop_notifications(self) -> None:
        """Take no more notifications from the broker: those that come now are for others."""
        if self._taskiq is not None:
            await self._taskiq.stop_listening()

    def publish(self, execution_id: str, frames: Sequence[Frame]) -> None:
        """Hand stored frames to the followers here and elsewhere."""
        self.hub.publish(execution_id, frames)
        if self._fanout is not None:
            self._fanout.publish(execution_id, frames)
        else:
            self._trace_news.publish(execution_id, frames)

    def notify_soon(self, execution_id: str, lane: Lane) -> None:
        """Notify workers of an execution, for callers that cannot wait."""
        task = asyncio.create_task(self.notifier.notify(execution_id, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def degraded(self) -> bool:
        """Whether frames of other processes may come late: the readers should ask the table more often."""
        return self._fanout is not None and not self._fanout.healthy

    def _redis_is_well(self) -> bool:
        return self.guard is not None and self.guard.trouble is None

    def _remote_notifier(self) -> Notifier:
        if self._broker_url is None:
            return self._notice_notifier
        # Redis, taskiq and what they bring are 16 MB and a quarter of a second that one process does without.
        from dynagent.infrastructure.redis.notifier import TaskiqNotifier, broker_factory

        self._taskiq = TaskiqNotifier(broker_factory(self._broker_url))
        return self._taskiq

    async def _start_redis(self, stack: AsyncExitStack) -> None:
        if self._taskiq is not None:
            await stack.enter_async_context(running(self._taskiq))
        if self._redis.url is None:
            return
        # Imported here for the same reason.
        from dynagent.infrastructure.redis.cache import RedisCache
        from dynagent.infrastructure.redis.client import RedisGuard, ServerRuns, connect, news_server, ping
        from dynagent.infrastructure.redis.events import RedisEventStream
        from dynagent.infrastructure.redis.trace_fanout import RedisTraceFanout

        runs = ServerRuns()
        redis = await stack.enter_async_context(aclosing(connect(self._redis, runs)))
        self.guard = RedisGuard(open_s=self._redis.open_s, probe=lambda: ping(redis))
        self.cache = RedisCache(redis, self.guard, runs=runs, ttl_s=self._cache_ttl_s)
        if self._redis.events_stream:
            self.carry = RedisEventStream(redis, self._redis.events_stream).carry
        server = news_server(redis, self._redis)
        self._fanout = RedisTraceFanout(server, self.hub, on_gap=self.hub.poke_all)
        await stack.enter_async_context(running(self._fanout))

    def _after_gap(self) -> None:
        self.hub.poke_all()
        if isinstance(self.cache, MemoryCache):
            self.cache.clear()

    async def _forget(self, payload: str) -> None:
        id, _, version = payload.partition(" ")
        if self.copies is not None:
            await self.copies.forget(id, int(version) if version else GONE)
