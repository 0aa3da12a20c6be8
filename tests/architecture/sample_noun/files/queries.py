"""Questions about notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.core.notes import Note, NoteNotFound, Notes

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query


@dataclass(frozen=True)
class ListNotes(Query[Sequence[Note]], needs="notes:read"):
    """The caller's notes."""


@dataclass(frozen=True)
class GetNote(Query[Note], needs="notes:read", raises=(NoteNotFound,)):
    """One note. Raises NoteNotFound."""

    note_id: str


@dataclass(frozen=True, slots=True)
class ListNotesHandler:
    """Handles ListNotes."""

    notes: Notes

    async def __call__(self, message: ListNotes, caller: Caller) -> Sequence[Note]:
        """Return them, newest first."""
        return await self.notes.list_all()


@dataclass(frozen=True, slots=True)
class GetNoteHandler:
    """Handles GetNote."""

    notes: Notes

    async def __call__(self, message: GetNote, caller: Caller) -> Note:
        """Return it."""
        return await self.notes.existing(message.note_id)
