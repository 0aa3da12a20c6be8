"""Commands about chats."""

from dataclasses import dataclass

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import Chat, ChatNotFound, Executions
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DescribeChat(Returns[Chat]):
    """Give a chat a title (an empty one: none), archive it or bring it back. Raises ChatNotFound.

    None leaves it as it is. One that is archived comes back by itself with its next turn.
    """

    chat_id: str
    title: str | None = None
    archived: bool | None = None


@dataclass(frozen=True)
class ForgetChat(Returns[None]):
    """Remove a chat: its executions and their traces. Raises ChatNotFound, ChatInUse."""

    chat_id: str


class DescribeChatHandler:
    """Handles DescribeChat."""

    def __init__(self, executions: Executions, uow: UnitOfWork) -> None:
        self._executions = executions
        self._uow = uow

    async def __call__(self, message: DescribeChat, caller: Caller) -> Chat:
        """Return the chat as it is then."""
        talk = await self._executions.chat(message.chat_id)
        if talk is None:
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        title = talk.title if message.title is None else clean_text(message.title).strip() or None
        archived = talk.archived if message.archived is None else message.archived
        described = talk.model_copy(update={"title": title, "archived": archived})
        await self._executions.describe_chat(described)
        await self._uow.commit()
        return described


class ForgetChatHandler:
    """Handles ForgetChat."""

    def __init__(self, executions: Executions, uow: UnitOfWork) -> None:
        self._executions = executions
        self._uow = uow

    async def __call__(self, message: ForgetChat, caller: Caller) -> None:
        """Remove it, all or nothing."""
        if not await self._executions.forget_chat(message.chat_id):
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        await self._uow.commit()
