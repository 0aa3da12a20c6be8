"""Notes: short texts of people."""

from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.repository import BaseRepository


class NoteNotFound(NotFound):
    """There is no such note."""

    code = "note_not_found"


class TooManyNotes(Conflict):
    """Somebody has as many notes as there may be."""

    code = "too_many_notes"


class Note(BaseModel):
    """A note of its owner."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    version: int = 1

    def rewritten(self, text: str) -> "Note":
        """Return the next version."""
        return self.model_copy(update={"text": text, "version": self.version + 1})


class Notes(BaseRepository[Note]):
    """The owner's notes."""

    noun = "note"
    not_found = NoteNotFound
