"""Documents whose run has ended without them, or was never submitted: looked for by every process now and then."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.core.knowledge import KnowledgeBase
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.knowledge import BASES
from dynagent.infrastructure.postgres.pool import Pool

MOST = 500
LOST_AFTER_S = 60
ENDED = f"""
SELECT d.id, d.execution_id, r.status, r.input ->> 'collection_id' AS collection_id,
  r.error ->> 'code' AS code, r.error ->> 'message' AS message
FROM kb_documents d JOIN runs r ON r.id = d.execution_id
WHERE d.status IN ('pending_processing', 'processing')
  AND r.status IN ('completed', 'failed', 'cancelled', 'timed_out')
LIMIT {MOST}
"""  # noqa: S608 - a number of the code
LOST = f"""
SELECT DISTINCT d.execution_id, d.kb_id FROM kb_documents d
WHERE d.status IN ('pending_processing', 'processing') AND d.updated_at < now() - interval '{LOST_AFTER_S} seconds'
  AND NOT EXISTS (SELECT FROM runs r WHERE r.id = d.execution_id)
LIMIT {MOST}
"""  # noqa: S608 - a number of the code
BASE = "SELECT *, weights::text AS weights_text FROM knowledge_bases WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Left:
    """A document that its run has left behind: the run, its collection, and (code, words) of why."""

    document_id: str
    execution_id: str
    collection_id: str
    error: tuple[str, str]


class UnfinishedDocuments:
    """Reads what runs have left behind."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def left(self) -> Sequence[Left]:
        """Return documents whose run has ended without them."""
        with in_our_words():
            rows = await self._pool.fetch(ENDED)
        return [
            Left(
                str(row["id"]),
                str(row["execution_id"]),
                row["collection_id"],
                (row["code"] or f"run_{row['status']}", row["message"] or f"its run was {row['status']}"),
            )
            for row in rows
        ]

    async def lost(self) -> Sequence[tuple[KnowledgeBase, str]]:
        """Return (base, run) of documents whose run was never submitted: a process died in between."""
        found: list[tuple[KnowledgeBase, str]] = []
        with in_our_words():
            for row in await self._pool.fetch(LOST):
                base = await self._pool.fetchrow(BASE, row["kb_id"])
                if base is not None:
                    read = BASES.read({**base, "weights": base["weights_text"]})
                    found.append((read, str(row["execution_id"])))
        return found
