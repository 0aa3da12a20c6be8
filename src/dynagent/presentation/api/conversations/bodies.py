"""Bodies of conversations between agents, and of the rules of who may talk to whom."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.conversations import (
    CommunicationPolicy,
    CommunicationRule,
    Conversation,
    ConversationStats,
    ConversationStatus,
    Message,
    shown,
)
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields


class ConversationOut(BaseModel):
    """What two agents have said to each other, counted. `id` is their sorted names joined by `_`."""

    id: str
    conversation_id: str = Field(description="A UUID, for whatever cannot have agents' names in a path.")
    participants: list[str]
    last_message_at: datetime
    message_count: int
    status: ConversationStatus
    created_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        """Return the answer for a conversation."""
        return cls(
            id=conversation.key,
            conversation_id=conversation.id,
            participants=conversation.participants,
            last_message_at=conversation.last_message_at,
            message_count=conversation.message_count,
            status=conversation.status,
            created_at=conversation.created_at,
        )


class ConversationList(Envelope):
    """A page of conversations, newest first."""

    conversations: list[ConversationOut]

    @classmethod
    def of(cls, page: Page[Conversation]) -> "ConversationList":
        """Return the answer for a page."""
        return cls(conversations=[ConversationOut.of(item) for item in page.items], **page_fields(page))


class MessageMetadata(BaseModel):
    """How sure the sender said it was, and the tools that it called for it."""

    confidence: float | None = None
    tool_calls: list[str] = Field(default_factory=list)


class MessageOut(BaseModel):
    """One message; `timestamp` in seconds since the epoch, `iteration` is 0 outside of teams."""

    id: str
    from_agent: str
    to_agent: str
    content: str
    timestamp: float
    iteration: int
    metadata: MessageMetadata


class MessageList(Envelope):
    """A page of a conversation's messages, the latest first."""

    messages: list[MessageOut]

    @classmethod
    def of(cls, page: Page[Message]) -> "MessageList":
        """Return the answer for a page."""
        messages = [MessageOut.model_validate(shown(item)) for item in page.items]
        return cls(messages=messages, **page_fields(page))


class ConversationChanges(BaseModel):
    """What may be changed of a conversation."""

    model_config = ConfigDict(extra="forbid")

    archived: bool = Field(strict=True)


class ConversationStatsOut(ConversationStats):
    """How much your agents talk; `pairs` has from whom to whom, the busiest first."""


class CommunicationRuleBody(CommunicationRule):
    """Whether one agent may talk to another, by name; `*` is any."""


class CommunicationPolicyBody(CommunicationPolicy):
    """The policy of the whole server. The first rule that is about two agents counts, else `default`."""

    rules: tuple[CommunicationRuleBody, ...] = Field(default=(), max_length=1000)  # pyright: ignore


class CommunicationPolicyOut(CommunicationPolicy):
    """The policy as it is in force from the next turn or step on."""

    @classmethod
    def of(cls, policy: CommunicationPolicy) -> "CommunicationPolicyOut":
        """Return the answer for a policy."""
        fields: dict[str, Any] = policy.model_dump()
        return cls(**fields)
