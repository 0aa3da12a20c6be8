"""An upload in parts: begun with a size, continued at its offset, resumed after whatever broke it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.files.entity import MAX_NAME
from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, InvalidInput, NotFound, StaleVersion, Violation


class UploadNotFound(NotFound):
    """No open upload under this id: it was finished, aborted, or lay idle for too long."""

    code = "upload_not_found"


class UploadChangedMeanwhile(StaleVersion):
    """Another request continued the upload meanwhile; ask for its offset."""

    code = "upload_changed_meanwhile"


class OffsetMismatch(Conflict):
    """The upload goes on somewhere else; `extra` has `offset`, where it does."""

    code = "upload_offset_mismatch"


class NotAsDeclared(InvalidInput):
    """What arrived has another size or hash than was declared; nothing of it is kept."""

    code = "upload_not_as_declared"


class Part(BaseModel):
    """A stored piece of an upload: where it is, and its bytes."""

    model_config = ConfigDict(frozen=True)

    key: str
    size: int


class Upload(BaseModel):
    """An upload of `size` bytes, of which those of `parts` are stored, in their order.

    `expected_hash` is the SHA-256 that it must have.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=MAX_NAME)
    size: int = Field(ge=1)
    parts: tuple[Part, ...] = ()
    expected_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    created_at: datetime
    updated_at: datetime

    @property
    def offset(self) -> int:
        """How many bytes have arrived: where the next part begins."""
        return sum(part.size for part in self.parts)

    @property
    def is_whole(self) -> bool:
        """Whether all bytes have arrived."""
        return self.offset == self.size

    @property
    def left(self) -> int:
        """How many bytes are missing."""
        return self.size - self.offset

    @property
    def prefix(self) -> str:
        """Where its parts are stored."""
        return f"uploads/{self.id}/"

    def part_key(self, part_id: str) -> str:
        """Return where a part is stored. Of two requests that go on at once, each has its own; one of them counts."""
        return f"{self.prefix}{part_id}"

    def check_offset(self, offset: int) -> None:
        """Refuse to go on anywhere but where it stopped. Raises OffsetMismatch."""
        if offset != self.offset:
            raise OffsetMismatch(f"the upload goes on at byte {self.offset}", extra={"offset": self.offset})

    def grown(self, part: Part, *, now: datetime) -> "Upload":
        """Return it with one more part. Raises NotAsDeclared for more bytes than were declared."""
        if part.size > self.left:
            raise not_as_declared("size", f"more than the declared {self.size} bytes arrived")
        return self.model_copy(update={"parts": (*self.parts, part), "updated_at": later(now, self.updated_at)})

    def check_hash(self, content_hash: str) -> None:
        """Refuse a content that is not the declared one. Raises NotAsDeclared."""
        if self.expected_hash not in (None, content_hash):
            raise not_as_declared("content_hash", f"the content has the SHA-256 {content_hash}, not the declared one")


def not_as_declared(field: str, words: str) -> NotAsDeclared:
    """Return the refusal of a content that is not what was declared."""
    return NotAsDeclared(words, violations=[Violation(f"/{field}", "declared", words)])
