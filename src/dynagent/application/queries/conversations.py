"""Questions about conversations (SPEC EXE-07)."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import (
    Conversation,
    ConversationFilter,
    ConversationNotFound,
    Execution,
    ExecutionFilter,
    Executions,
)
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListConversations(Query[Page[Conversation]], needs="executions:read"):
    """A page of the caller's conversations with agents that match, the latest first."""

    wanted: ConversationFilter = field(default_factory=ConversationFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ReadConversation(Query[Page[Execution]], needs="executions:read", raises=(ConversationNotFound,)):
    """The turns of a conversation, newest first. Raises ConversationNotFound."""

    conversation_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListConversationsHandler:
    """Handles ListConversations."""

    executions: Executions

    async def __call__(self, message: ListConversations, caller: Caller) -> Page[Conversation]:
        """Return the page."""
        return await self.executions.conversations(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ReadConversationHandler:
    """Handles ReadConversation."""

    executions: Executions

    async def __call__(self, message: ReadConversation, caller: Caller) -> Page[Execution]:
        """Return the turns."""
        found = await self.executions.find(ExecutionFilter(conversation_id=message.conversation_id), message.page)
        if not found.total:
            raise ConversationNotFound(f"there is no conversation {message.conversation_id!r}")
        return found
