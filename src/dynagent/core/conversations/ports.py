"""Where conversations are kept, and how runs write to them."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from dynagent.core.conversations.entity import (
    Conversation,
    ConversationFilter,
    ConversationNotFound,
    ConversationStats,
    Message,
    MessageFilter,
    NewMessage,
    StatsFilter,
)
from dynagent.core.conversations.policy import CommunicationPolicy
from dynagent.core.runs import Frame
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository


class Conversations(BaseRepository[Conversation]):
    """The owner's conversations. Ids are those of rows; `by_key` finds one by the names of its agents."""

    noun = "conversation"
    not_found = ConversationNotFound

    async def by_key(self, key: str) -> Conversation:
        """Return the conversation under a key, or under its id. Raises ConversationNotFound."""
        raise NotImplementedError

    async def find(self, wanted: ConversationFilter, page: PageRequest) -> Page[Conversation]:
        """Return a page of those that match, newest first."""
        raise NotImplementedError

    async def messages(self, conversation: Conversation, wanted: MessageFilter, page: PageRequest) -> Page[Message]:
        """Return a page of the messages that match, the latest first."""
        raise NotImplementedError

    async def history(self, conversation: Conversation, after: int, limit: int) -> Sequence[Message]:
        """Return up to `limit` messages after a seq in the order in which they were stored."""
        raise NotImplementedError

    async def stats(self, wanted: StatsFilter) -> ConversationStats:
        """Return how much the owner's agents talk in the messages that match."""
        raise NotImplementedError


class CommunicationPolicies(Protocol):
    """The policy, to be read by runs in reads of their own."""

    async def current(self) -> CommunicationPolicy:
        """Return the policy; the default one where nobody has set any."""
        ...


class StoredPolicy(Protocol):
    """The policy, to be looked at and replaced in one transaction."""

    async def get(self) -> CommunicationPolicy:
        """Return the policy; the default one where nobody has set any."""
        ...

    async def put(self, policy: CommunicationPolicy) -> None:
        """Store another one in its place."""
        ...


class ConversationLog(Protocol):
    """Where runs write down what agents say to each other."""

    async def write(self, user_id: str, run_id: str, messages: Sequence[NewMessage]) -> None:
        """Store messages of a run and tell whoever watches; what was stored under its place before stays as it is."""
        ...


class MessageFeed(Protocol):
    """An owner's messages as they are stored."""

    def follow(self, user_id: str, after: int | None) -> AsyncIterator[Sequence[Frame]]:
        """Yield what is stored after a seq (None: from now on), live and without end; an empty batch is a heartbeat."""
        ...
