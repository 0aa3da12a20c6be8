"""Named output types: JSON Schemas that agents' answers may be of, known by name; some come with the product."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

NAME = r"^[a-z][a-z0-9_]{0,62}$"


class OutputTypeNotFound(NotFound):
    """No output type of this name that the caller may see."""

    code = "output_type_not_found"


class OutputTypeNameTaken(Conflict):
    """The caller has an output type of this name, or one comes with the product."""

    code = "output_type_name_taken"


class OutputType(BaseModel):
    """A JSON Schema with a name. `user_id` is empty for those that come with the product; they never change."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(pattern=NAME)
    description: str = Field(default="", max_length=1000)
    json_schema: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class OutputTypes(BaseRepository[OutputType]):
    """The owner's output types. An agent keeps the schema that its type had as it was given it."""

    noun = "output type"
    not_found = OutputTypeNotFound

    async def page_of(self, page: PageRequest) -> Page[OutputType]:
        """Return a page of the owner's own, newest first."""
        raise NotImplementedError

    async def own(self, name: str) -> OutputType | None:
        """Return the owner's own type of this name, or None."""
        raise NotImplementedError

    async def named(self, name: str) -> OutputType:
        """Return the type of this name, one that comes with the product included. Raises OutputTypeNotFound."""
        found = next((item for item in BUILT_IN if item.name == name), None) or await self.own(name)
        if found is None:
            raise OutputTypeNotFound(f"there is no output type {name!r}")
        return found


def _built_in(name: str, description: str, required: Sequence[str], **properties: Any) -> OutputType:
    schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return OutputType(
        id="",
        user_id="",
        name=name,
        description=description,
        json_schema=schema,
        created_at=moment,
        updated_at=moment,
    )


_TEXT = {"type": "string"}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
BUILT_IN = (
    _built_in(
        "classification",
        "Which of several subjects a question is of, to route it by.",
        ("category", "confidence"),
        category={"type": "string", "enum": ["math", "history", "science", "other"]},
        confidence=_SHARE,
    ),
    _built_in(
        "review",
        "A reviewer's verdict: PASS ends a loop of drafts.",
        ("verdict", "comments"),
        verdict={"type": "string", "enum": ["PASS", "REVISE"]},
        comments=_TEXT,
    ),
    _built_in(
        "sourced_answer",
        "An answer with where it is from.",
        ("answer", "sources"),
        answer=_TEXT,
        sources={"type": "array", "items": _TEXT},
    ),
    _built_in(
        "task_list",
        "A task taken apart.",
        ("tasks",),
        tasks={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"title": _TEXT, "done": {"type": "boolean"}},
                "required": ["title"],
            },
        },
    ),
)
"""Those that come with the product."""
