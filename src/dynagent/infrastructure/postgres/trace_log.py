"""The trace log on PostgreSQL: opens recorders, and serves followers from the hub's ring or the table."""

from collections.abc import AsyncIterator, Callable, Sequence

from dynagent.core.executions import TERMINAL_TYPES, Claim, Frame, TraceLog, TraceRecorder
from dynagent.infrastructure.memory.recorder import BatchingRecorder
from dynagent.infrastructure.memory.trace_hub import TraceHub
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.trace_writer import EventWriter

PAGE = 1000
ASK_S = 1.0

READ = """
SELECT seq, type, payload::text AS payload FROM execution_events
WHERE execution_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""
IS_LIVE = "SELECT true FROM executions WHERE id = $1 AND status IN ('pending', 'running', 'waiting')"


class PostgresTraceLog(TraceLog):
    """The log of all executions. Holds a connection only while it reads, never while a follower waits.

    A follower that hears nothing asks the table every `heartbeat_s` seconds, every `ASK_S` while news are `degraded`.
    """

    def __init__(
        self,
        pool: Pool,
        writer: EventWriter,
        hub: TraceHub,
        *,
        window_s: float,
        heartbeat_s: float,
        degraded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._hub = hub
        self._window_s = window_s
        self._heartbeat_s = heartbeat_s
        self._degraded = degraded

    def open(self, claim: Claim) -> TraceRecorder:
        """Return the recorder of a claimed attempt."""
        return BatchingRecorder(claim, window_s=self._window_s, wake=self._writer.wake)

    async def read(self, execution_id: str, after: int, limit: int) -> Sequence[Frame]:
        """Return up to `limit` stored frames after a seq."""
        with in_our_words():
            rows = await self._pool.fetch(READ, execution_id, after, limit)
        return [Frame(row["seq"], row["payload"].encode(), row["type"] in TERMINAL_TYPES) for row in rows]

    async def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Yield frames after a seq: a cursor that reads the ring where it reaches back, else the table, else waits.

        The channel is joined before the first look at the table, so nothing can slip between the two.
        """
        cursor = after
        with self._hub.join(execution_id) as channel:
            frames: Sequence[Frame] | None = None
            while True:
                if frames is None:
                    self._hub.ring_misses += 1
                    frames = await self.read(execution_id, cursor, PAGE) or channel.after(cursor)
                    if frames is None:
                        continue
                if frames:
                    yield frames
                    cursor = frames[-1].seq
                    if frames[-1].terminal:
                        return
                    # A full page means that the table has more; else the ring goes on where the table ended.
                    frames = None if len(frames) == PAGE else channel.after(cursor)
                    continue
                if await channel.wait(min(ASK_S, self._heartbeat_s) if self._degraded() else self._heartbeat_s):
                    # Poked without frames: the table has them.
                    frames = channel.after(cursor) or None
                    self._hub.ring_hits += frames is not None
                elif frames := await self.read(execution_id, cursor, PAGE):
                    continue
                elif await self._live(execution_id):
                    yield ()
                elif not (frames := await self.read(execution_id, cursor, PAGE)):
                    return

    async def _live(self, execution_id: str) -> bool:
        with in_our_words():
            return bool(await self._pool.fetchval(IS_LIVE, execution_id))
