"""Commands about conversations."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Conversation, ConversationInUse, ConversationNotFound, Executions
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DescribeConversation(Command[Conversation], needs="executions:run", raises=(ConversationNotFound,)):
    """Give a conversation a title (an empty one: none), put it away or bring it back. Raises ConversationNotFound.

    None leaves it as it is. One that is put away comes back by itself with its next turn.
    """

    conversation_id: str
    title: str | None = None
    archived: bool | None = None


@dataclass(frozen=True)
class ForgetConversation(Command[None], needs="executions:run", raises=(ConversationNotFound, ConversationInUse)):
    """Remove a conversation: its executions and their traces. Raises ConversationNotFound, ConversationInUse."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class DescribeConversationHandler:
    """Handles DescribeConversation."""

    executions: Executions
    uow: UnitOfWork

    async def __call__(self, message: DescribeConversation, caller: Caller) -> Conversation:
        """Return the conversation as it is then."""
        talk = await self.executions.conversation(message.conversation_id)
        if talk is None:
            raise ConversationNotFound(f"there is no conversation {message.conversation_id!r}")
        title = talk.title if message.title is None else clean_text(message.title).strip() or None
        archived = talk.archived if message.archived is None else message.archived
        described = talk.model_copy(update={"title": title, "archived": archived})
        await self.executions.describe_conversation(described)
        await self.uow.commit()
        return described


@dataclass(frozen=True, slots=True)
class ForgetConversationHandler:
    """Handles ForgetConversation."""

    executions: Executions
    uow: UnitOfWork

    async def __call__(self, message: ForgetConversation, caller: Caller) -> None:
        """Remove it, all or nothing."""
        if not await self.executions.forget_conversation(message.conversation_id):
            raise ConversationNotFound(f"there is no conversation {message.conversation_id!r}")
        await self.uow.commit()
