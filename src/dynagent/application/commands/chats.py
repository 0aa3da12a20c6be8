"""Commands about chats."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Chat, ChatInUse, ChatNotFound, Executions
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DescribeChat(Command[Chat], needs="executions:run", raises=(ChatNotFound,)):
    """Give a chat a title (an empty one: none), archive it or bring it back. Raises ChatNotFound.

    None leaves it as it is. One that is archived comes back by itself with its next turn.
    """

    chat_id: str
    title: str | None = None
    archived: bool | None = None


@dataclass(frozen=True)
class ForgetChat(Command[None], needs="executions:run", raises=(ChatNotFound, ChatInUse)):
    """Remove a chat: its executions and their traces. Raises ChatNotFound, ChatInUse."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class DescribeChatHandler:
    """Handles DescribeChat."""

    executions: Executions
    uow: UnitOfWork

    async def __call__(self, message: DescribeChat, caller: Caller) -> Chat:
        """Return the chat as it is then."""
        talk = await self.executions.chat(message.chat_id)
        if talk is None:
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        title = talk.title if message.title is None else clean_text(message.title).strip() or None
        archived = talk.archived if message.archived is None else message.archived
        described = talk.model_copy(update={"title": title, "archived": archived})
        await self.executions.describe_chat(described)
        await self.uow.commit()
        return described


@dataclass(frozen=True, slots=True)
class ForgetChatHandler:
    """Handles ForgetChat."""

    executions: Executions
    uow: UnitOfWork

    async def __call__(self, message: ForgetChat, caller: Caller) -> None:
        """Remove it, all or nothing."""
        if not await self.executions.forget_chat(message.chat_id):
            raise ChatNotFound(f"there is no chat {message.chat_id!r}")
        await self.uow.commit()
