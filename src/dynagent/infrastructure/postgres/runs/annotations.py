"""What users say about their runs. A row goes with its run."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.annotations import Annotations
from dynagent.infrastructure.postgres.statements import fetch_one

GET = text("""
SELECT r.id, a.rating, a.comment, a.note, a.tags, a.updated_at
FROM runs r LEFT JOIN run_annotations a ON a.run_id = r.id AND a.user_id = r.user_id
WHERE r.id = :id AND r.user_id = :owner
""")
PUT = text("""
INSERT INTO run_annotations AS a (run_id, user_id, rating, comment, note, tags, updated_at)
SELECT id, user_id, CAST(:rating AS text), CAST(:comment AS text), CAST(:note AS text), CAST(:tags AS text[]),
  CAST(:updated_at AS timestamptz)
FROM runs WHERE id = :id AND user_id = :owner
ON CONFLICT (run_id, user_id) DO UPDATE SET rating = excluded.rating, comment = excluded.comment,
  note = excluded.note, tags = excluded.tags, updated_at = excluded.updated_at
RETURNING run_id
""")


class PostgresAnnotations:
    """One user's annotations in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def get(self, execution_id: str) -> Annotations | None:
        """Return what the user says of an execution, nothing said included; None: no such execution of the user's."""
        row = await fetch_one(self._session, GET, id=execution_id, owner=self._owner)
        if row is None:
            return None
        return Annotations(
            execution_id=str(row["id"]),
            rating=row["rating"],
            comment=row["comment"],
            note=row["note"],
            tags=tuple(row["tags"] or ()),
            updated_at=row["updated_at"],
        )

    async def put(self, annotations: Annotations) -> bool:
        """Store them in place of what was said before; False: no such execution of the user's."""
        said = annotations.model_dump(exclude={"execution_id", "tags"})
        stored = await fetch_one(
            self._session, PUT, id=annotations.execution_id, owner=self._owner, tags=list(annotations.tags), **said
        )
        return stored is not None
