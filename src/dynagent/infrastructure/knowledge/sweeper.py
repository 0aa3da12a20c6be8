"""Looks again and again for documents that their run has left behind."""

import asyncio

import structlog

from dynagent.application.commands.knowledge.sweep import SweepKnowledge, SweepKnowledgeHandler
from dynagent.application.shared.caller import SYSTEM
from dynagent.core.shared.tasks import end_tasks

log = structlog.stdlib.get_logger(__name__)


class KnowledgeSweeper:
    """Has a life: `start` on the running loop, `stop` in the middle of a sweep, too."""

    def __init__(self, sweep: SweepKnowledgeHandler, *, every_s: float) -> None:
        self._sweep = sweep
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first sweep comes after the first pause."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="knowledge")

    async def stop(self) -> None:
        """Stop."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                if swept := await self._sweep(SweepKnowledge(), SYSTEM):
                    log.info("knowledge_swept", documents=swept)
            except Exception as error:
                log.warning("knowledge_not_swept", error=repr(error))
