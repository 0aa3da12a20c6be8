"""The files that runs are given, read for any owner: short reads, no session is held."""

from collections.abc import Sequence

from dynagent.core.files import MAX_ATTACHED, FilesOfRuns, StoredFile, WorkflowFiles
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.files import STORED
from dynagent.infrastructure.postgres.pool import Pool

OF_RUN = """
SELECT f.* FROM file_store f
LEFT JOIN unnest($3::uuid[]) WITH ORDINALITY AS given(id, place) ON given.id = f.id
WHERE f.user_id = $1 AND (given.id IS NOT NULL OR f.id IN (SELECT file_id FROM agentfiles WHERE agent_id = $2))
ORDER BY given.place NULLS LAST, f.id DESC LIMIT $4
"""
OF_WORKFLOW = """
SELECT f.id::text AS id FROM workflow_files l JOIN file_store f ON f.id = l.file_id
WHERE l.workflow_id = $1 AND f.user_id = $2 ORDER BY f.id DESC LIMIT $3
"""


class PostgresFilesOfRuns(FilesOfRuns, WorkflowFiles):
    """Reads with the process's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_run(self, user_id: str, agent_id: str, ids: Sequence[str]) -> list[StoredFile]:
        """Return the run's own files in their order, then the agent's, newest first."""
        with in_our_words():
            rows = await self._pool.fetch(OF_RUN, user_id, agent_id, list(ids), 2 * MAX_ATTACHED)
        return [STORED.read(row) for row in rows]

    async def of_workflow(self, workflow_id: str, user_id: str) -> list[str]:
        """Return the ids of a workflow's files."""
        with in_our_words():
            rows = await self._pool.fetch(OF_WORKFLOW, workflow_id, user_id, MAX_ATTACHED)
        return [row["id"] for row in rows]
