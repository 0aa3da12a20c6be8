"""Commands about conversations."""

from dataclasses import dataclass

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import ConversationNotFound, Executions
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ForgetConversation(Returns[None]):
    """Remove a conversation: its executions and their traces. Raises ConversationNotFound, ConversationInUse."""

    conversation_id: str


class ForgetConversationHandler:
    """Handles ForgetConversation."""

    def __init__(self, executions: Executions, uow: UnitOfWork) -> None:
        self._executions = executions
        self._uow = uow

    async def __call__(self, message: ForgetConversation, caller: Caller) -> None:
        """Remove it, all or nothing."""
        if not await self._executions.forget_conversation(message.conversation_id):
            raise ConversationNotFound(f"there is no conversation {message.conversation_id!r}")
        await self._uow.commit()
