"""What the table of events holds that did not come in by itself: looked up once per process, for all its followers."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from dynagent.core.runs import TERMINAL_TYPES, Frame
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.trace.hub import Channel, TraceHub

log = structlog.get_logger()

PAGE = 500
AT_ONCE = 1000
ASK_S = 1.0
RETRY_S = 0.5

STATES = """
SELECT e.id::text AS id, e.status IN ('pending', 'running', 'waiting') AS live,
  coalesce((SELECT max(v.seq) FROM run_events v WHERE v.execution_id = e.id), 0) AS last
FROM runs e WHERE e.id = ANY($1::uuid[])
"""
NEWS = """
SELECT p.id::text AS id, v.seq, v.type, v.payload
FROM unnest($1::uuid[], $2::int[]) AS p(id, after) CROSS JOIN LATERAL (
  SELECT seq, type, payload::text AS payload FROM run_events
  WHERE execution_id = p.id AND seq > p.after ORDER BY seq LIMIT $3
) AS v ORDER BY p.id, v.seq
"""


class TraceNews:
    """Feeds a hub from the table: executions that were poked at once, all that are followed every `heartbeat_s`.

    While news are `degraded` all of them are looked at every `ASK_S` seconds.
    """

    def __init__(
        self, pool: Pool, hub: TraceHub, *, heartbeat_s: float, degraded: Callable[[], bool] = lambda: False
    ) -> None:
        self._pool = pool
        self._hub = hub
        self._heartbeat_s = heartbeat_s
        self._degraded = degraded
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; call on the running loop."""
        self._hub.on_poke = self._poked.set
        self._task = asyncio.get_running_loop().create_task(self._run(), name="trace-news")

    async def stop(self) -> None:
        """Look no more."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while True:
            await self._poke_or_pause(min(ASK_S, self._heartbeat_s))
            self._poked.clear()
            poked = self._hub.take_poked()
            try:
                if poked:
                    await self._fetch(poked)
                if loop.time() - looked >= (ASK_S if self._degraded() else self._heartbeat_s):
                    looked = loop.time()
                    await self._look_at_all()
            except Exception as error:
                # The database is away: nothing is stored meanwhile either. Look at all of it when it is back.
                log.debug("trace_news_not_read", error=repr(error))
                looked = float("-inf")
                await asyncio.sleep(RETRY_S)

    async def _poke_or_pause(self, pause_s: float) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._poked.wait()
        except TimeoutError:
            pass

    async def _look_at_all(self) -> None:
        followed = self._hub.followed()
        for first in range(0, len(followed), AT_ONCE):
            channels = {channel.execution_id: channel for channel in followed[first : first + AT_ONCE]}
            rows = await self._pool.fetch(STATES, list(channels))
            stored = {row["id"]: row["last"] for row in rows}
            await self._fetch([channel for id, channel in channels.items() if stored.get(id, 0) > channel.last])
            # The last event and the final state are stored together: what ended has told all it will ever tell.
            live = {row["id"] for row in rows if row["live"]}
            for id, channel in channels.items():
                if id not in live and stored.get(id, 0) <= channel.last:
                    channel.end()

    async def _fetch(self, channels: Sequence[Channel]) -> None:
        while channels:
            ids = [channel.execution_id for channel in channels]
            rows = await self._pool.fetch(NEWS, ids, [channel.last for channel in channels], PAGE)
            news: dict[str, list[Frame]] = {}
            for row in rows:
                frame = Frame(row["seq"], row["payload"].encode(), row["type"] in TERMINAL_TYPES)
                news.setdefault(row["id"], []).append(frame)
            for id, frames in news.items():
                self._hub.publish(id, frames)
            channels = [channel for channel in channels if len(news.get(channel.execution_id, ())) == PAGE]
