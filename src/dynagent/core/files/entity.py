"""A stored file: its name, what it really is, and where its bytes are."""

import re
import unicodedata
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import InvalidInput, NotFound, StaleVersion, Violation
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.uses import InUse

MAX_NAME = 255
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class FileNotFound(NotFound):
    """No file under this id that the caller may see."""

    code = "file_not_found"


class FileChangedMeanwhile(StaleVersion):
    """Somebody else changed the file since it was read; read it again."""

    code = "file_changed_meanwhile"


class FileInUse(InUse):
    """Agents or workflows have the file; `extra` has them as `used_by`. It can be deleted with `force`."""

    code = "file_in_use"


class StoredFile(BaseModel):
    """A file of one user. A user has each content once: `content_hash` is unique among a user's files.

    `content_type` is what the first bytes say, never the name; `size` is in bytes, `content_hash` SHA-256 in hex.
    `scanned_at` is when a virus scanner passed it, None where none was set up.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=MAX_NAME)
    content_type: str
    size: int = Field(ge=1)
    content_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    object_key: str
    scanned_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


def key_of(user_id: str, file_id: str) -> str:
    """Return where the bytes of a user's file are: never made from a name that somebody chose."""
    return f"files/{user_id}/{file_id}"


def clean_name(name: str) -> str:
    """Return the last part of what a client calls a file, without control characters and reordering marks.

    Raises InvalidInput for what leaves no name, or one of more than 255 characters.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", clean_text(name)))[-1]
    cleaned = _NOT_IN_NAMES.sub("", last).strip()
    if cleaned in ("", ".", "..") or len(cleaned) > MAX_NAME:
        words = f"a file's name has 1 to {MAX_NAME} characters"
        raise InvalidInput(words, violations=[Violation("/name", "length", words)])
    return cleaned
