"""Conversations between agents: who said what to whom, written down from runs."""

import re
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import NotFound, StaleVersion
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.text import clean_text

ConversationStatus = Literal["active", "archived"]
MAX_SEARCH = 200
MAX_NAME = 300
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ConversationNotFound(NotFound):
    """No conversation under this id that the caller may see."""

    code = "conversation_not_found"


class ConversationChangedMeanwhile(StaleVersion):
    """Somebody else has changed the conversation meanwhile."""

    code = "conversation_changed_meanwhile"


class Conversation(BaseModel):
    """What two agents of one owner have said to each other. `key` is their sorted names joined by `_`.

    The names stand by themselves too: they may have an `_` in them.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    key: str
    first_agent: str
    second_agent: str
    message_count: int = 0
    last_message_at: datetime
    archived_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def participants(self) -> list[str]:
        """The names of both, sorted."""
        return [self.first_agent, self.second_agent]

    @property
    def status(self) -> ConversationStatus:
        """Archived until somebody says something again."""
        archived = self.archived_at is not None and self.archived_at >= self.last_message_at
        return "archived" if archived else "active"

    def with_archived(self, archived: bool, *, now: datetime) -> "Conversation":
        """Return it archived, or brought back; itself when it is so already."""
        if archived == (self.status == "archived"):
            return self
        at = later(now, max(self.updated_at, self.last_message_at))
        return self.model_copy(update={"archived_at": at if archived else None, "updated_at": at})


class Message(BaseModel):
    """One message. `seq` counts an owner's messages in the order in which they were stored, with gaps."""

    model_config = ConfigDict(frozen=True)

    seq: int
    conversation: str = Field(description="The key of its conversation.")
    from_agent: str
    to_agent: str
    content: str
    at: datetime
    iteration: int
    metadata: dict[str, Any] = Field(default_factory=dict)
    run_id: str

    @property
    def id(self) -> str:
        """Its id: `<from>_<to>_<time>`, the time in seconds."""
        return f"{self.from_agent}_{self.to_agent}_{self.at.timestamp():.6f}"


class NewMessage(BaseModel):
    """A message that a run hands over; `place` tells it from all others of the run, however often it is told.

    `sender_run_id` is the run whose output it is: the tools that it called are noted with the message.
    """

    model_config = ConfigDict(frozen=True)

    place: str
    from_agent: str
    to_agent: str
    content: str
    at: datetime
    iteration: int = 0
    confidence: float | None = None
    sender_run_id: str | None = None

    def cleaned(self, most_chars: int) -> "NewMessage":
        """Return it as it may be stored: without control characters, cut at so many characters."""
        content = _CONTROL.sub("", clean_text(self.content))
        if len(content) > most_chars:
            content = content[: most_chars - 1] + "…"
        names = {name: clean_text(getattr(self, name))[:MAX_NAME] for name in ("from_agent", "to_agent")}
        return self.model_copy(update={"content": content, **names})


class ConversationFilter(BaseModel):
    """Which conversations a list shows: those of an agent, of two agents, with a text in a message, by status."""

    model_config = ConfigDict(frozen=True)

    agent: str | None = Field(default=None, max_length=MAX_NAME)
    other: str | None = Field(default=None, max_length=MAX_NAME)
    search: str | None = Field(default=None, max_length=MAX_SEARCH)
    status: ConversationStatus | None = None


class MessageFilter(BaseModel):
    """Which messages of a conversation are shown: with a text in them, from or to an agent, of an iteration."""

    model_config = ConfigDict(frozen=True)

    search: str | None = Field(default=None, max_length=MAX_SEARCH)
    from_agent: str | None = Field(default=None, max_length=MAX_NAME)
    to_agent: str | None = Field(default=None, max_length=MAX_NAME)
    iteration: int | None = Field(default=None, ge=0)


class StatsFilter(BaseModel):
    """Whose messages are counted: of one run, of an agent (from it and to it), from a moment on, before another."""

    model_config = ConfigDict(frozen=True)

    run_id: str | None = None
    agent: str | None = Field(default=None, max_length=MAX_NAME)
    since: datetime | None = None
    until: datetime | None = None


class PairCount(BaseModel):
    """How much one agent has said to another."""

    model_config = ConfigDict(frozen=True)

    from_agent: str
    to_agent: str
    messages: int
    characters: int
    last_message_at: datetime


class ConversationStats(BaseModel):
    """How much an owner's agents talk: in all, and from whom to whom, the busiest first."""

    model_config = ConfigDict(frozen=True)

    conversations: int
    messages: int
    characters: int
    agents: int
    first_message_at: datetime | None = None
    last_message_at: datetime | None = None
    pairs: tuple[PairCount, ...] = ()


class ConversationDeleted(DomainEvent):
    """A conversation and its messages are gone."""

    name: ClassVar[str] = "conversation.deleted"
    conversation_id: str


def key_of(one: str, other: str) -> str:
    """Return the key of the conversation of two agents."""
    return "_".join(sorted((one, other)))
