"""Pages of a list: by key (a cursor, stable under inserts) or by skip and limit as the seeds ask for."""

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import is_id

T = TypeVar("T")

MAX_LIMIT = 500
DEFAULT_LIMIT = 100
MAX_SKIP = 100_000


class PageRequest(BaseModel):
    """Which part of a list: `limit` rows (1–500) after `cursor`, or after `skip` rows (0–100 000)."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    cursor: str | None = None

    def after_id(self) -> str | None:
        """Return the id that the cursor stands for, None without one. Raises MalformedInput on a forged cursor."""
        return None if self.cursor is None else read_cursor(self.cursor)


class Page(BaseModel, Generic[T]):
    """A part of a list, newest first: the items, how many there are in all, and the cursor of the next page."""

    model_config = ConfigDict(frozen=True)

    items: Sequence[T]
    total: int
    skip: int
    limit: int
    next_cursor: str | None = None


def write_cursor(last_id: str) -> str:
    """Return the opaque cursor that continues after the row with this id."""
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Return the id a cursor stands for. Raises MalformedInput when it is not one of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError, UnicodeError) as error:
        raise MalformedInput("cursor: not a cursor that this API has given out") from error
    if not is_id(text):
        raise MalformedInput("cursor: not a cursor that this API has given out")
    return text
