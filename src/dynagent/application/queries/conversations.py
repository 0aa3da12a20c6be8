"""Questions about conversations between agents."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.conversations import (
    CommunicationPolicy,
    Conversation,
    ConversationFilter,
    ConversationNotFound,
    Conversations,
    ConversationStats,
    ExportFormat,
    Message,
    MessageFeed,
    MessageFilter,
    StatsFilter,
    StoredPolicy,
    closing,
    opening,
    part,
)
from dynagent.core.runs import Frame
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.paging import Page, PageRequest

EXPORTED_AT_ONCE = 200


@dataclass(frozen=True)
class GetConversation(Query[Conversation], needs="conversations:read", raises=(ConversationNotFound,)):
    """One conversation. Raises ConversationNotFound."""

    conversation_id: str


@dataclass(frozen=True)
class ListConversations(Query[Page[Conversation]], needs="conversations:read", raises=(MalformedInput,)):
    """A page of the conversations of the caller's agents, newest first. Raises MalformedInput on a forged cursor."""

    wanted: ConversationFilter = field(default_factory=ConversationFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ListMessages(Query[Page[Message]], needs="conversations:read", raises=(ConversationNotFound, MalformedInput)):
    """A page of a conversation's messages, the latest first. Raises ConversationNotFound, MalformedInput."""

    conversation_id: str
    wanted: MessageFilter = field(default_factory=MessageFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ReadHistory(Query[Sequence[Message]], needs="conversations:read", raises=(ConversationNotFound,)):
    """The messages of a conversation after a seq in their order, as many as an export takes at once."""

    conversation_id: str
    after: int = 0


@dataclass(frozen=True)
class ExportConversation(
    Query[AsyncIterator[str]], needs="conversations:read", raises=(ConversationNotFound,), scope="none"
):
    """A whole conversation as a file, in pieces; no session is held between them. Raises ConversationNotFound."""

    conversation_id: str
    form: ExportFormat = "json"


@dataclass(frozen=True)
class GetConversationStats(Query[ConversationStats], needs="conversations:read"):
    """How much the caller's agents talk, in all and from whom to whom: what a picture of the flow is made of."""

    wanted: StatsFilter = field(default_factory=StatsFilter)


@dataclass(frozen=True)
class GetCommunicationRules(Query[CommunicationPolicy], needs="communication_rules:read"):
    """Who may talk to whom."""


@dataclass(frozen=True)
class FollowMessages(Query[AsyncIterator[Sequence[Frame]]], needs="conversations:read", scope="none"):
    """The messages of the caller's agents after a place in the feed (None: from now on), live and without end.

    An empty batch is a heartbeat.
    """

    after: int | None = None


@dataclass(frozen=True, slots=True)
class GetConversationHandler:
    """Handles GetConversation."""

    conversations: Conversations

    async def __call__(self, message: GetConversation, caller: Caller) -> Conversation:
        """Return it."""
        return await self.conversations.by_key(message.conversation_id)


@dataclass(frozen=True, slots=True)
class ListConversationsHandler:
    """Handles ListConversations."""

    conversations: Conversations

    async def __call__(self, message: ListConversations, caller: Caller) -> Page[Conversation]:
        """Return the page."""
        return await self.conversations.find(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ListMessagesHandler:
    """Handles ListMessages."""

    conversations: Conversations

    async def __call__(self, message: ListMessages, caller: Caller) -> Page[Message]:
        """Return the page."""
        conversation = await self.conversations.by_key(message.conversation_id)
        return await self.conversations.messages(conversation, message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ReadHistoryHandler:
    """Handles ReadHistory."""

    conversations: Conversations

    async def __call__(self, message: ReadHistory, caller: Caller) -> Sequence[Message]:
        """Return them."""
        conversation = await self.conversations.by_key(message.conversation_id)
        return await self.conversations.history(conversation, message.after, EXPORTED_AT_ONCE)


@dataclass(frozen=True, slots=True)
class ExportConversationHandler:
    """Handles ExportConversation."""

    ask: Ask

    async def __call__(self, message: ExportConversation, caller: Caller) -> AsyncIterator[str]:
        """Return the pieces; the conversation is looked up before the first."""
        conversation = await self.ask(GetConversation(message.conversation_id), caller)
        return self._pieces(conversation, message.form, caller)

    async def _pieces(self, conversation: Conversation, form: ExportFormat, caller: Caller) -> AsyncIterator[str]:
        yield opening(conversation, form)
        after, first = 0, True
        while messages := await self.ask(ReadHistory(conversation.id, after), caller):
            yield part(messages, form, first=first)
            after, first = messages[-1].seq, False
        yield closing(form)


@dataclass(frozen=True, slots=True)
class GetConversationStatsHandler:
    """Handles GetConversationStats."""

    conversations: Conversations

    async def __call__(self, message: GetConversationStats, caller: Caller) -> ConversationStats:
        """Return it."""
        return await self.conversations.stats(message.wanted)


@dataclass(frozen=True, slots=True)
class GetCommunicationRulesHandler:
    """Handles GetCommunicationRules."""

    policy: StoredPolicy

    async def __call__(self, message: GetCommunicationRules, caller: Caller) -> CommunicationPolicy:
        """Return the policy; the default one where nobody has set any."""
        return await self.policy.get()


@dataclass(frozen=True, slots=True)
class FollowMessagesHandler:
    """Handles FollowMessages."""

    feed: MessageFeed

    async def __call__(self, message: FollowMessages, caller: Caller) -> AsyncIterator[Sequence[Frame]]:
        """Return the batches."""
        return self.feed.follow(caller.user_id, message.after)
