"""Looks again and again for documents that their run has left behind."""

import structlog

from dynagent.application.commands.knowledge.sweep import SweepKnowledge, SweepKnowledgeHandler
from dynagent.application.shared.caller import SYSTEM
from dynagent.core.shared.tasks import Periodic

log = structlog.stdlib.get_logger(__name__)


def knowledge_sweeper(sweep: SweepKnowledgeHandler, *, every_s: float) -> Periodic:
    """Return the sweeps as something that can be started."""

    async def work() -> None:
        if swept := await sweep(SweepKnowledge(), SYSTEM):
            log.info("knowledge_swept", documents=swept)

    def on_error(error: Exception) -> None:
        log.warning("knowledge_not_swept", error=repr(error))

    return Periodic(work, every_s=every_s, name="knowledge", on_error=on_error)
