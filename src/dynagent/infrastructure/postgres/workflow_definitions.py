"""What a run of a workflow reads before it starts: its version. Short reads, no session is held."""

from dynagent.core.shared.ids import is_id
from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.core.workflows import (
    Definition,
    WorkflowDefinitions,
    WorkflowNotFound,
    WorkflowVersion,
    WorkflowVersionNotFound,
)
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool, Row

CACHED_VERSIONS = 500
"""A run reads its version anew whenever a step of it has ended; a definition may have a thousand nodes."""


class PostgresWorkflowDefinitions(WorkflowDefinitions):
    """Versions of any owner's workflows, for runs. They never change, so those used lately are kept in this process."""

    VERSION = """
SELECT workflow_id::text AS workflow_id, version, name, description, definition::text AS definition, created_at,
  created_by::text AS created_by FROM workflow_versions WHERE workflow_id = $1 AND version = $2
"""
    LATEST = """
SELECT v.workflow_id::text AS workflow_id, v.version, v.name, v.description, v.definition::text AS definition,
  v.created_at, v.created_by::text AS created_by
FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
WHERE w.id = $1 AND w.user_id = $2
"""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cached = LatelyUsed[tuple[str, int], WorkflowVersion](CACHED_VERSIONS)

    async def get(self, workflow_id: str, version: int) -> WorkflowVersion:
        """Return one version. Raises WorkflowVersionNotFound."""
        cached = self._cached.get((workflow_id, version))
        if cached is not None:
            return cached
        with in_our_words():
            row = await self._pool.fetchrow(self.VERSION, workflow_id, version)
        if row is None:
            raise WorkflowVersionNotFound(
                f"workflow {workflow_id} has no version {version}; it may have been deleted meanwhile"
            )
        return self._cached.put((workflow_id, version), _version(row))

    async def latest(self, workflow_id: str, user_id: str) -> WorkflowVersion:
        """Return the current version of a workflow of this owner. Raises WorkflowNotFound."""
        with in_our_words():
            row = await self._pool.fetchrow(self.LATEST, workflow_id, user_id) if is_id(workflow_id) else None
        if row is None:
            raise WorkflowNotFound(f"there is no workflow {workflow_id!r}")
        return _version(row)


def _version(row: Row) -> WorkflowVersion:
    definition = Definition.model_validate_json(row["definition"])
    return WorkflowVersion.model_validate({**dict(row), "definition": definition})
