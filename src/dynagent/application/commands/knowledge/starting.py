"""Starting the run that takes documents in: first the documents say which run, then the run is submitted.

A process that dies in between leaves documents that wait; the sweep submits their run once more, under the same id.
"""

from dataclasses import dataclass

from dynagent.application.commands.knowledge.settings import KnowledgeSettings
from dynagent.core.knowledge import INGESTION, IngestionStarted, KnowledgeBase
from dynagent.core.runs import Notifier, Run, Submissions
from dynagent.core.shared.clock import Clock, utc_now

MOST_WAITING = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingesting:
    """Submits runs that take documents in."""

    submissions: Submissions
    notifier: Notifier
    settings: KnowledgeSettings
    clock: Clock = utc_now

    async def start(self, base: KnowledgeBase, execution_id: str, about: str) -> None:
        """Submit the run under this id, unless it has been submitted before."""
        run = Run.start(
            timeout_s=self.settings.ingestion_timeout_s,
            now=self.clock(),
            id=execution_id,
            user_id=base.user_id,
            kind=INGESTION,
            subject_id=base.id,
            subject_version=1,
            subject_name=base.name,
            input={"query": about, "kb_id": base.id, "collection_id": base.target_id},
            lane="batch",
            idempotency_key=f"{INGESTION}:{execution_id}",
        )
        event = IngestionStarted(
            occurred_at=run.created_at, user_id=base.user_id, kb_id=base.id, execution_id=execution_id
        )
        admission = await self.submissions.submit(run, event, most_waiting=MOST_WAITING)
        if admission.stored:
            await self.notifier.notify(run.id, run.lane)
