"""Questions about chats."""

from dataclasses import dataclass, field

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
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
class ListChats(Returns[Page[Chat]]):
    """A page of the caller's chats with agents that match, the latest first."""

    wanted: ChatFilter = field(default_factory=ChatFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ReadChat(Returns[Page[Execution]]):
    """The turns of a chat, newest first. Raises ChatNotFound."""

    chat_id: str
    page: PageRequest = field(default_factory=PageRequest)


class ListChatsHandler:
    """Handles ListChats."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    async def __call__(self, message: ListChats, caller: Caller) -> Page[Chat]:
        """Return the page."""
        return await self._executions.chats(message.wanted, message.page)


class ReadChatHandler:
    """Handles ReadChat."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    async def __call__(self, message: ReadChat, caller: Caller) -> Page[Execution]:
        """Return the turns."""
        found = await self._executions.find(ExecutionFilter(chat_id=message.chat_id), message.page)
        if not found.total:
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        return found
