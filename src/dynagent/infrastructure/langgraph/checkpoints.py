"""LangGraph's checkpoints, for runs that may wait for a person (interrupts, history, forks only).

The official saver, one instance per run over a shared pool (a shared instance serialises everybody), fenced.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dynagent.core.executions import Checkpoint, Claim, StoredCheckpoints

if TYPE_CHECKING:
    from dynagent.infrastructure.langgraph.fenced_saver import Connections, FencedSaver


class Checkpoints(StoredCheckpoints):
    """Hands out savers and shows what they kept; the pool is opened with the first one."""

    def __init__(self, dsn: str, *, max_connections: int = 8) -> None:
        self._dsn = dsn
        self._max_connections = max_connections
        self._pool: Connections | None = None

    async def saver(self, claim: Claim) -> "FencedSaver":
        """Return the saver of an attempt. What earlier attempts left is removed: a new one starts from the journal."""
        # Late for the same reason as in `_opened`.
        from dynagent.infrastructure.langgraph.fenced_saver import FencedSaver

        saver = FencedSaver(await self._opened(), claim)
        if claim.execution.attempt > 1:
            await saver.adelete_thread(claim.execution.id)
        return saver

    async def list(self, execution_id: str, limit: int) -> Sequence[Checkpoint]:
        """Return up to `limit` kept states, newest first."""
        # Late for the same reason as in `_opened`.
        from dynagent.infrastructure.langgraph.fenced_saver import stored_states

        return await stored_states(await self._opened(), execution_id, limit)

    async def _opened(self) -> "Connections":
        # Most processes never keep a checkpoint; the second database driver is loaded by those that do.
        from dynagent.infrastructure.langgraph.fenced_saver import open_pool

        if self._pool is None:
            self._pool = await open_pool(self._dsn, max_connections=self._max_connections)
        return self._pool

    async def aclose(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()
