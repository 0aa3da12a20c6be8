"""LangGraph's PostgreSQL saver with a fence: an attempt that was replaced moves no head."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection, AsyncCursor, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dynagent.core.executions import Checkpoint, Claim, ExecutionLost
from dynagent.core.shared.text import clean_json
from dynagent.infrastructure.postgres.errors import RETRY_AFTER_S, DatabaseUnreachable

OWNED = "SELECT 1 FROM executions WHERE id = %s AND attempt = %s AND status = 'running' FOR SHARE"

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
    """The saver of one attempt; writes raise ExecutionLost once another attempt owns the execution."""

    def __init__(self, pool: Connections, claim: Claim) -> None:
        super().__init__(pool)
        self._pool = pool
        self._claim = claim

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[AsyncCursor[DictRow]]:
        # The base class asks for a pipeline exactly where it writes; a transaction holds the lock for all of it.
        if not pipeline:
            async with super()._cursor() as cursor:
                yield cursor
            return
        execution = self._claim.execution
        async with (
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor(binary=True, row_factory=dict_row) as cursor,
        ):
            await cursor.execute(OWNED, (execution.id, execution.attempt))
            if await cursor.fetchone() is None:
                raise ExecutionLost(f"execution {execution.id}: attempt {execution.attempt} is over")
            yield cursor
