"""What files are attached to: rows between a file and an agent or a workflow, both of one owner."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.files import FileAttachments, StoredFile, Subject, SubjectNotFound
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.uses import MOST, Use
from dynagent.infrastructure.postgres.agents import agents
from dynagent.infrastructure.postgres.files import PostgresFiles, agentfiles, file_store, workflow_files
from dynagent.infrastructure.postgres.kit.metadata import ID
from dynagent.infrastructure.postgres.statements import fetch_one, run, sql
from dynagent.infrastructure.postgres.workflows import workflows

_TABLES = {
    "agent": {"link": "agentfiles", "column": "agent_id", "owner": "agents"},
    "workflow": {"link": "workflow_files", "column": "workflow_id", "owner": "workflows"},
}
EXISTS = {name: sql("SELECT 1 AS found FROM {owner} WHERE id = :id AND user_id = :owner", **parts)
          for name, parts in _TABLES.items()}  # fmt: skip
ATTACH = {
    name: sql(
        """
INSERT INTO {link} ({column}, file_id, created_at)
SELECT s.id, f.id, :at FROM {owner} s, file_store f
WHERE s.id = :id AND s.user_id = :owner AND f.id = :file_id AND f.user_id = :owner
ON CONFLICT DO NOTHING RETURNING file_id
""",
        **parts,
    )
    for name, parts in _TABLES.items()
}
DETACH = {
    name: sql(
        """
DELETE FROM {link} l USING {owner} s
WHERE l.{column} = :id AND l.file_id = :file_id AND s.id = l.{column} AND s.user_id = :owner RETURNING l.file_id
""",
        **parts,
    )
    for name, parts in _TABLES.items()
}
COUNT = {
    name: sql(
        "SELECT count(*) AS count FROM {link} l JOIN {owner} s ON s.id = l.{column} AND s.user_id = :owner "
        "WHERE l.{column} = :id",
        **parts,
    )
    for name, parts in _TABLES.items()
}
USES = sql("""
SELECT kind, id, name, field FROM (
  SELECT 'agent' AS kind, a.id, a.name, 'files' AS field
  FROM agentfiles l JOIN agents a ON a.id = l.agent_id WHERE l.file_id = :file_id AND a.user_id = :owner
  UNION ALL
  SELECT 'workflow', w.id, w.name, 'files'
  FROM workflow_files l JOIN workflows w ON w.id = l.workflow_id WHERE l.file_id = :file_id AND w.user_id = :owner
) AS found ORDER BY kind, id LIMIT :most
""")
_OF: dict[Subject, sa.ColumnElement[bool]] = {
    "agent": file_store.c.id.in_(
        sa.select(agentfiles.c.file_id)
        .join(agents, agents.c.id == agentfiles.c.agent_id)
        .where(agentfiles.c.agent_id == sa.bindparam("subject_id", type_=ID))
    ),
    "workflow": file_store.c.id.in_(
        sa.select(workflow_files.c.file_id)
        .join(workflows, workflows.c.id == workflow_files.c.workflow_id)
        .where(workflow_files.c.workflow_id == sa.bindparam("subject_id", type_=ID))
    ),
}


class PostgresFileAttachments(FileAttachments):
    """Of one owner, in one session."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def check(self, subject: Subject, subject_id: str) -> None:
        """Refuse what is not the owner's."""
        found = await self._one(EXISTS[subject], id=subject_id) if is_id(subject_id) else None
        if found is None:
            raise SubjectNotFound(f"there is no {subject} {subject_id!r}")

    async def attach(self, subject: Subject, subject_id: str, file_id: str, *, at: datetime) -> bool:
        """Attach a file."""
        return await self._one(ATTACH[subject], id=subject_id, file_id=file_id, at=at) is not None

    async def detach(self, subject: Subject, subject_id: str, file_id: str) -> bool:
        """Detach a file."""
        return is_id(file_id) and await self._one(DETACH[subject], id=subject_id, file_id=file_id) is not None

    async def files_of(self, subject: Subject, subject_id: str, page: PageRequest) -> Page[StoredFile]:
        """Return a page, newest first."""
        files = PostgresFiles(self._session, self._owner)
        return await files.page(page, _OF[subject], subject_id=subject_id)

    async def count(self, subject: Subject, subject_id: str) -> int:
        """Return how many there are."""
        row = await self._one(COUNT[subject], id=subject_id)
        return 0 if row is None else row["count"]

    async def uses_of(self, file_id: str, *, most: int = MOST) -> list[Use]:
        """Return the agents and workflows that have it."""
        rows = await run(self._session, USES, owner=self._owner, file_id=file_id, most=most)
        return [Use(kind=row["kind"], id=str(row["id"]), name=row["name"], field=row["field"]) for row in rows]

    async def _one(self, statement: sa.TextClause, **values: Any) -> Any:
        return await fetch_one(self._session, statement, owner=self._owner, **values)
