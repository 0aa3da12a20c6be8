"""LangGraph's PostgreSQL saver with a fence: an attempt that was replaced moves no head."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, CheckpointMetadata
from langgraph.checkpoint.base import Checkpoint as StoredCheckpoint
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dynagent.core.executions import Checkpoint
from dynagent.core.runs import Claim
from dynagent.core.shared.text import clean_json
from dynagent.infrastructure.postgres.errors import RETRY_AFTER_S, DatabaseUnreachable
from dynagent.infrastructure.postgres.runs.fence import hold

Connections = AsyncConnectionPool[AsyncConnection[DictRow]]


async def open_pool(dsn: str, *, max_connections: int) -> Connections:
    """Return an open pool as the saver wants its connections; the caller closes it."""
    pool = Connections(
        dsn,
        min_size=0,
        max_size=max_connections,
        open=False,
        connection_class=AsyncConnection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    await pool.open()
    return pool


async def stored_states(pool: Connections, thread_id: str, limit: int) -> list[Checkpoint]:
    """Return up to `limit` states that the saver kept of a run, newest first, as JSON can hold them.

    Raises DatabaseUnreachable.
    """
    try:
        return await _stored_states(AsyncPostgresSaver(pool), thread_id, limit)
    except (OperationalError, PoolTimeout) as error:
        raise DatabaseUnreachable("the database is away for a moment", retry_after_s=RETRY_AFTER_S) from error


async def _stored_states(saver: AsyncPostgresSaver, thread_id: str, limit: int) -> list[Checkpoint]:
    return [
        Checkpoint(
            thread_id=thread_id,
            state_data=clean_json(stored.checkpoint["channel_values"]),
            iteration=stored.metadata.get("step", -1),
            timestamp=datetime.fromisoformat(stored.checkpoint["ts"]),
        )
        async for stored in saver.alist({"configurable": {"thread_id": thread_id}}, limit=limit)
    ]


class FencedSaver(AsyncPostgresSaver):
    """The saver of one attempt; writes raise RunLost once another attempt owns the execution.

    Each write is that of a saver of its own over one connection, whose transaction holds the lock for all of it.
    """

    def __init__(self, pool: Connections, claim: Claim) -> None:
        super().__init__(pool)
        self._pool = pool
        self._claim = claim

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: StoredCheckpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a state."""
        async with self._fenced() as saver:
            return await saver.aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a step has written so far."""
        async with self._fenced() as saver:
            await saver.aput_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Remove all states of a run."""
        async with self._fenced() as saver:
            await saver.adelete_thread(thread_id)

    @asynccontextmanager
    async def _fenced(self) -> AsyncGenerator[AsyncPostgresSaver]:
        async with self._pool.connection() as connection, connection.transaction():
            await hold(connection, self._claim)
            yield AsyncPostgresSaver(connection, serde=self.serde)
