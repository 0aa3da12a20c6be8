"""Commands about notes."""

from dataclasses import dataclass

from dynagent.core.notes import Note, NoteNotFound, Notes, TooManyNotes
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CreateNote(Command[Note], needs="notes:write", raises=(TooManyNotes,)):
    """Write a note. Raises TooManyNotes."""

    text: str


@dataclass(frozen=True)
class ChangeNote(Command[Note], needs="notes:write", raises=(NoteNotFound,)):
    """Give a note another text. Raises NoteNotFound."""

    note_id: str
    text: str


@dataclass(frozen=True)
class DeleteNote(Command[None], needs="notes:write", raises=(NoteNotFound,)):
    """Remove a note. Raises NoteNotFound."""

    note_id: str


class NoteSettings(BaseSettings):
    """How many notes a user may have."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    max_notes: int = Field(default=100, ge=1)


@dataclass(frozen=True, slots=True)
class CreateNoteHandler:
    """Handles CreateNote."""

    notes: Notes
    uow: UnitOfWork
    settings: NoteSettings
    new_id: NewId = new_id

    async def __call__(self, message: CreateNote, caller: Caller) -> Note:
        """Return the note."""
        if len(await self.notes.list_all()) >= self.settings.max_notes:
            raise TooManyNotes(f"you have {self.settings.max_notes} notes; delete one first")
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
        note = await self.notes.existing(message.note_id)
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
