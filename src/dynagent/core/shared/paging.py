"""Pages of a list: by key (a cursor, stable under inserts) or by skip and limit as the seeds ask for."""

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import NIL_ID, is_id

T = TypeVar("T")
_FORGED = "cursor: not a cursor that this API has given out"

MAX_LIMIT = 500
DEFAULT_LIMIT = 100
MAX_SKIP = 100_000
MAX_COUNTED = 1000
"""How far a list is counted: counting all of a long one would cost more than its page."""


class PageRequest(BaseModel):
    """Which part of a list: `limit` rows (1–500) after `cursor`, or after `skip` rows (0–100 000)."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    cursor: str | None = None

    def after_id(self) -> str | None:
        """Return the id that the cursor stands for, None without one. Raises MalformedInput on a forged cursor."""
        return None if self.cursor is None else read_cursor(self.cursor)

    def after_key(self, order: str) -> tuple[str, str] | None:
        """Return (key, id) of the row that the cursor stands for in a list of this order, None without one.

        Raises MalformedInput on a forged cursor, and on one of a list in another order.
        """
        if self.cursor is None:
            return None
        id, found, key = _parts(self.cursor)
        if found != order:
            raise MalformedInput("cursor: it continues a list in another order")
        return key, id

    def after_number(self, order: str) -> int | None:
        """Return the number of the row that the cursor stands for in a list by numbers, None without one.

        Raises MalformedInput as `after_key` does.
        """
        after = self.after_key(order)
        if after is None:
            return None
        if not (after[0].isascii() and after[0].isdigit() and len(after[0]) < 10):
            raise MalformedInput(_FORGED)
        return int(after[0])


class Page(BaseModel, Generic[T]):
    """A part of a list: the items, how many there are in all, and the cursor of the next page.

    A list is counted up to MAX_COUNTED; a longer one has at least `total`, more than was shown while there is more.
    """

    model_config = ConfigDict(frozen=True)

    items: Sequence[T]
    total: int
    total_is_exact: bool = True
    skip: int
    limit: int
    next_cursor: str | None = None


def total_of(counted: int, *, seen: int, more: bool) -> tuple[int, bool]:
    """Return the total of a list and whether it is exact: `counted` went no further than one beyond MAX_COUNTED.

    `seen` rows were skipped and shown, `more` says that others follow.
    """
    if counted <= MAX_COUNTED:
        return counted, True
    return (seen, True) if seen > MAX_COUNTED and not more else (max(counted, seen + more), False)


def write_cursor(last_id: str, *, order: str = "", key: str = "") -> str:
    """Return the opaque cursor that continues after the row with this id; in a list by a key, with the row's key."""
    text = f"{last_id}|{order}|{key}" if order else last_id
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def number_cursor(number: int, *, order: str) -> str:
    """Return the cursor that continues after a number in a list by numbers."""
    return write_cursor(NIL_ID, order=order, key=str(number))


def read_cursor(cursor: str) -> str:
    """Return the id a cursor stands for. Raises MalformedInput when it is not one of ours."""
    return _parts(cursor)[0]


def _parts(cursor: str) -> tuple[str, str, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError, UnicodeError) as error:
        raise MalformedInput(_FORGED) from error
    id, _, rest = text.partition("|")
    order, _, key = rest.partition("|")
    if not is_id(id) or not text.isprintable():
        raise MalformedInput(_FORGED)
    return id, order, key
