"""Routes of notes."""

from dynagent.application.commands.notes import ChangeNote, CreateNote, DeleteNote
from dynagent.application.queries.notes import GetNote, ListNotes
from dynagent.core.notes import Note
from pydantic import BaseModel

from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("notes", "Notes")


class NoteBody(BaseModel):
    """What a note says."""

    text: str


class NoteOut(NoteBody):
    """A note."""

    id: str

    @classmethod
    def of(cls, note: Note) -> "NoteOut":
        """Return the answer for a note."""
        return cls(id=note.id, text=note.text)


@router.post("", status_code=201, operation_id="create_note", summary="Create a note")
async def create_note(body: NoteBody, ask: Ask) -> NoteOut:
    """Write a note."""
    return NoteOut.of(await ask(CreateNote(body.text)))


@router.get("", operation_id="list_notes", summary="List notes")
async def list_notes(ask: Ask) -> list[NoteOut]:
    """List your notes."""
    return [NoteOut.of(note) for note in await ask(ListNotes())]


@router.get("/{note_id}", operation_id="get_note", summary="Get a note")
async def get_note(note_id: str, ask: Ask) -> NoteOut:
    """Get one note."""
    return NoteOut.of(await ask(GetNote(note_id)))


@router.put("/{note_id}", operation_id="change_note", summary="Change a note")
async def change_note(note_id: str, body: NoteBody, ask: Ask) -> NoteOut:
    """Give it another text."""
    return NoteOut.of(await ask(ChangeNote(note_id, body.text)))


@router.delete("/{note_id}", status_code=204, operation_id="delete_note", summary="Delete a note")
async def delete_note(note_id: str, ask: Ask) -> None:
    """Remove it."""
    await ask(DeleteNote(note_id))
