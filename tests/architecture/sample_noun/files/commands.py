"""Commands about notes."""

from dataclasses import dataclass

from dynagent.core.notes import Note, NoteNotFound, Notes

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CreateNote(Command[Note], needs="agents:write"):
    """Write a note."""

    text: str


@dataclass(frozen=True)
class ChangeNote(Command[Note], needs="agents:write", raises=(NoteNotFound,)):
    """Give a note another text. Raises NoteNotFound."""

    note_id: str
    text: str


@dataclass(frozen=True)
class DeleteNote(Command[None], needs="agents:write", raises=(NoteNotFound,)):
    """Remove a note. Raises NoteNotFound."""

    note_id: str


@dataclass(frozen=True, slots=True)
class CreateNoteHandler:
    """Handles CreateNote."""

    notes: Notes
    uow: UnitOfWork
    new_id: NewId = new_id

    async def __call__(self, message: CreateNote, caller: Caller) -> Note:
        """Return the note."""
        note = await self.notes.create(Note(id=self.new_id(), text=message.text))
        await self.uow.commit()
        return note


@dataclass(frozen=True, slots=True)
class ChangeNoteHandler:
    """Handles ChangeNote."""

    notes: Notes
    uow: UnitOfWork

    async def __call__(self, message: ChangeNote, caller: Caller) -> Note:
        """Return the note as it is then."""
        note = await self.notes.get_by_id(message.note_id)
        if note is None:
            raise NoteNotFound(f"there is no note {message.note_id!r}")
        changed = await self.notes.update(note.rewritten(message.text))
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True)
class DeleteNoteHandler:
    """Handles DeleteNote."""

    notes: Notes
    uow: UnitOfWork

    async def __call__(self, message: DeleteNote, caller: Caller) -> None:
        """Remove it."""
        if not await self.notes.delete(message.note_id):
            raise NoteNotFound(f"there is no note {message.note_id!r}")
        await self.uow.commit()
