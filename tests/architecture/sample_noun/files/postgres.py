"""Notes in PostgreSQL."""

from datetime import timedelta

from dynagent.core.notes import Note, Notes
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.ids import is_id
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.statements import run

PRUNED = (Retention("notes", "written_at < $1", timedelta(days=365)),)
CREATE = text("INSERT INTO notes (id, user_id, text) VALUES (:id, :owner, :text)")
GET = text("SELECT id::text AS id, text FROM notes WHERE id = :id AND user_id = :owner")
UPDATE = text("UPDATE notes SET text = :text WHERE id = :id AND user_id = :owner")
DELETE = text("DELETE FROM notes WHERE id = :id AND user_id = :owner RETURNING id")
LIST = text("SELECT id::text AS id, text FROM notes WHERE user_id = :owner ORDER BY id DESC OFFSET :skip LIMIT :most")


class PostgresNotes(Notes):
    """One owner's notes in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: Note) -> Note:
        """Add a note."""
        await run(self._session, CREATE, id=entity.id, owner=self._owner, text=entity.text)
        return entity

    async def get_by_id(self, id: str) -> Note | None:
        """Return the owner's note, or None."""
        rows = await run(self._session, GET, id=id, owner=self._owner) if is_id(id) else []
        return Note(**dict(rows[0])) if rows else None

    async def update(self, entity: Note) -> Note:
        """Store its text."""
        await run(self._session, UPDATE, id=entity.id, owner=self._owner, text=entity.text)
        return entity

    async def delete(self, id: str) -> bool:
        """Remove it."""
        return is_id(id) and bool(await run(self._session, DELETE, id=id, owner=self._owner))

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Note]:
        """Return up to `limit` notes, newest first."""
        rows = await run(self._session, LIST, owner=self._owner, skip=skip, most=limit)
        return [Note(**dict(row)) for row in rows]
