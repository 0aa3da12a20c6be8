"""Questions about chats."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import (
    Chat,
    ChatFilter,
    ChatNotFound,
    Execution,
    ExecutionFilter,
    Executions,
)
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListChats(Query[Page[Chat]], needs="executions:read"):
    """A page of the caller's chats with agents that match, the latest first."""

    wanted: ChatFilter = field(default_factory=ChatFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ReadChat(Query[Page[Execution]], needs="executions:read", raises=(ChatNotFound,)):
    """The turns of a chat, newest first. Raises ChatNotFound."""

    chat_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListChatsHandler:
    """Handles ListChats."""

    executions: Executions

    async def __call__(self, message: ListChats, caller: Caller) -> Page[Chat]:
        """Return the page."""
        return await self.executions.chats(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ReadChatHandler:
    """Handles ReadChat."""

    executions: Executions

    async def __call__(self, message: ReadChat, caller: Caller) -> Page[Execution]:
        """Return the turns."""
        found = await self.executions.find(ExecutionFilter(chat_id=message.chat_id), message.page)
        if not found.total:
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        return found
