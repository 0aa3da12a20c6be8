"""Notes: short texts of people."""

from dataclasses import dataclass

from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.repository import BaseRepository


class NoteNotFound(NotFound):
    """There is no such note."""

    code = "note_not_found"


class TooManyNotes(Conflict):
    """Somebody has as many notes as there may be."""

    code = "too_many_notes"


@dataclass(frozen=True, slots=True)
class Note:
    """A note of its owner."""

    id: str
    text: str


class Notes(BaseRepository[Note]):
    """The owner's notes."""

    noun = "note"
    not_found = NoteNotFound
