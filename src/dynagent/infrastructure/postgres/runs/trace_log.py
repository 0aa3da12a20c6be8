"""The trace log on PostgreSQL: opens recorders, and serves followers from the hub's ring or the table."""

from collections.abc import AsyncIterator, Callable, Sequence

from dynagent.core.runs import TERMINAL_TYPES, Claim, Frame, PageSize, TraceLog, TraceRecorder
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.trace.hub import TraceHub
from dynagent.infrastructure.trace.model_calls import ModelCallLimits
from dynagent.infrastructure.trace.recorder import BatchingRecorder

PAGE = 1000

READ = """
SELECT seq, type, payload::text AS payload FROM run_events
WHERE execution_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""


class PostgresTraceLog(TraceLog):
    """The log of all executions. Holds a connection only while it reads, never while a follower waits.

    A follower that hears nothing beats every `heartbeat_s` seconds. What the hub does not hear by itself is brought to
    it by `TraceNews`, once for all followers of this process.
    """

    def __init__(
        self,
        pool: Pool,
        writer: EventWriter,
        hub: TraceHub,
        *,
        window_s: float,
        heartbeat_s: float,
        replica: Callable[[], Pool | None] = lambda: None,
        model_calls: ModelCallLimits | None = None,
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._hub = hub
        self._window_s = window_s
        self._heartbeat_s = heartbeat_s
        self._replica = replica
        self._model_calls = model_calls

    def open(self, claim: Claim) -> TraceRecorder:
        """Return the recorder of a claimed attempt."""
        return BatchingRecorder(claim, window_s=self._window_s, wake=self._writer.wake, model_calls=self._model_calls)

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        """Return up to `limit` stored frames after a seq.

        Of an `ended` execution they may come from the replica, where they are all there: seqs have no gaps, and the
        last event says that it is the last.
        """
        replica = self._replica() if ended else None
        if replica is not None:
            try:
                frames = await _read(replica, execution_id, after, limit)
            except Exception:
                frames = []
            if frames and frames[0].seq == after + 1 and (len(frames) == limit or frames[-1].terminal):
                return frames
        with in_our_words():
            return await _read(self._pool, execution_id, after, limit)

    async def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Yield frames after a seq: a cursor that reads the ring where it reaches back, else the table, else waits.

        The channel is joined before the first look at the table, so nothing can slip between the two.
        """
        cursor = after
        size = PageSize(most=PAGE)
        limit = size.limit
        channel = self._hub.join(execution_id)
        try:
            # What is known of a log that others follow too, or that began a moment ago, reaches back far enough.
            frames: Sequence[Frame] | None = channel.after(cursor) if channel.last > cursor else None
            while True:
                if frames is None:
                    self._hub.ring_misses += 1
                    limit = size.limit
                    frames = await self.read(execution_id, cursor, limit)
                    size.took(sum(len(frame.payload) for frame in frames), len(frames) or 1)
                    channel.reach(frames[-1].seq if frames else cursor)
                if frames:
                    yield frames
                    cursor = frames[-1].seq
                    if frames[-1].terminal:
                        return
                elif channel.over:
                    return
                elif not await channel.wait(self._heartbeat_s):
                    yield ()
                # A full page means that the table has more; else the ring goes on where the table ended.
                frames = None if len(frames) == limit else channel.after(cursor)
                self._hub.ring_hits += bool(frames)
        finally:
            self._hub.leave(channel)


async def _read(pool: Pool, execution_id: str, after: int, limit: int) -> list[Frame]:
    rows = await pool.fetch(READ, execution_id, after, limit)
    return [Frame(row["seq"], row["payload"].encode(), row["type"] in TERMINAL_TYPES) for row in rows]
