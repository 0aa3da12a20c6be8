"""Notes in PostgreSQL."""

from datetime import timedelta

from dynagent.core.notes import Note, NoteNotFound, Notes
from sqlalchemy import Column, Integer, Table, Text, func

from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.retention import Retention

notes = Table(
    "notes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("written_at", MOMENT, nullable=False, server_default=func.now()),
)
PRUNED = (Retention("notes", "written_at < $1", timedelta(days=365)),)


class PostgresNotes(OwnedTable[Note], Notes):
    """One owner's notes in one session."""

    mapping = TableMapping(notes, Note)
    noun = "note"
    not_found = NoteNotFound
