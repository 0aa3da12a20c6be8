"""Notes in PostgreSQL."""

from dynagent.core.notes import Note, NoteNotFound, Notes
from sqlalchemy import Column, Integer, Table, Text

from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable

notes = Table(
    "notes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
)


class PostgresNotes(OwnedTable[Note], Notes):
    """One owner's notes in one session."""

    mapping = TableMapping(notes, Note)
    noun = "note"
    not_found = NoteNotFound
