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


class Upload(BaseModel):
    """An upload of `size` bytes, of which `offset` are stored. `expected_hash` is the SHA-256 that it must have."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=MAX_NAME)
    size: int = Field(ge=1)
    offset: int = Field(default=0, ge=0)
    expected_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    created_at: datetime
    updated_at: datetime

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

    @property
    def next_part(self) -> str:
        """Where the next part is stored; parts sort by their offsets."""
        return f"{self.prefix}{self.offset:020d}"

    def check_offset(self, offset: int) -> None:
        """Refuse to go on anywhere but where it stopped. Raises OffsetMismatch."""
        if offset != self.offset:
            raise OffsetMismatch(f"the upload goes on at byte {self.offset}", extra={"offset": self.offset})

    def grown(self, by: int, *, now: datetime) -> "Upload":
        """Return it with so many bytes more. Raises NotAsDeclared for more than were declared."""
        if by > self.left:
            words = f"more than the declared {self.size} bytes arrived"
            raise NotAsDeclared(words, violations=[Violation("/size", "declared", words)])
        return self.model_copy(update={"offset": self.offset + by, "updated_at": later(now, self.updated_at)})
