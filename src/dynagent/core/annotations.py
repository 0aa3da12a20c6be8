"""Annotations: what a user says about a run: thumbs up or down with a comment, a note, tags."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.text import normal_tag

knows = frozenset({"executions", "identity"})
"""The nouns whose core ports its commands and queries may use."""

Rating = Literal["up", "down"]
MAX_COMMENT_BYTES = 8_000
MAX_NOTE_BYTES = 64_000
MAX_TAGS = 20
MAX_TAG = 40
_TAG = re.compile(r"[^\s,]+(?: [^\s,]+)*")


class Annotations(BaseModel):
    """What one user says of one execution; a comment belongs to its rating, `note` is Markdown, `tags` are sorted."""

    model_config = ConfigDict(frozen=True)

    execution_id: str
    rating: Rating | None = None
    comment: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    updated_at: datetime | None = None

    def rated(self, rating: Rating | None, comment: str | None, *, now: datetime) -> "Annotations":
        """Return them with another rating, without one for None. Raises InvalidInput for a comment that is too long."""
        _check_size("/comment", comment, MAX_COMMENT_BYTES)
        said = (comment or None) if rating else None
        return self.model_copy(update={"rating": rating, "comment": said, "updated_at": now})

    def noted(self, note: str | None, *, now: datetime) -> "Annotations":
        """Return them with another note, without one for None. Raises InvalidInput for one that is too long."""
        _check_size("/text", note, MAX_NOTE_BYTES)
        return self.model_copy(update={"note": note or None, "updated_at": now})

    def tagged(self, tags: Sequence[str], *, now: datetime) -> "Annotations":
        """Return them with these tags and no others. Raises InvalidInput for too many, and for what is no tag."""
        return self.model_copy(update={"tags": normal_tags(tags), "updated_at": now})


class AnnotationStore(Protocol):
    """One user's annotations of that user's executions."""

    async def get(self, execution_id: str) -> Annotations | None:
        """Return what the user says of an execution, nothing said included; None: no such execution of the user's."""
        ...

    async def put(self, annotations: Annotations) -> bool:
        """Store them in place of what was said before; False: no such execution of the user's."""
        ...


def normal_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return tags in their normal form, sorted, each once. Raises InvalidInput."""
    found: set[str] = set()
    for place, tag in enumerate(tags):
        normal = normal_tag(tag)
        if not _TAG.fullmatch(normal) or len(normal) > MAX_TAG or not normal.isprintable():
            said = f"a tag has 1 to {MAX_TAG} printable characters and no comma"
            raise InvalidInput("this is no tag", violations=[Violation(f"/tags/{place}", "tag", said)])
        found.add(normal)
    if len(found) > MAX_TAGS:
        said = f"an execution has at most {MAX_TAGS} tags, these are {len(found)}"
        raise InvalidInput("too many tags", violations=[Violation("/tags", "max_tags", said)])
    return tuple(sorted(found))


def _check_size(pointer: str, text: str | None, most: int) -> None:
    size = len((text or "").encode())
    if size > most:
        said = f"at most {most} bytes of UTF-8, this has {size}"
        raise InvalidInput("the text is too long", violations=[Violation(pointer, "max_bytes", said)])
