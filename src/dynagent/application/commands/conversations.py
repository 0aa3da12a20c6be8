"""Changing conversations between agents, and the policy of who may talk to whom."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.conversations import (
    CommunicationPolicy,
    Conversation,
    ConversationChangedMeanwhile,
    ConversationDeleted,
    ConversationNotFound,
    Conversations,
    StoredPolicy,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ArchiveConversation(
    Command[Conversation],
    needs="conversations:write",
    raises=(ConversationNotFound, ConversationChangedMeanwhile),
):
    """Archive a conversation or bring it back. Raises ConversationNotFound, ConversationChangedMeanwhile."""

    conversation_id: str
    archived: bool = True


@dataclass(frozen=True)
class DeleteConversation(Command[None], needs="conversations:write", raises=(ConversationNotFound,)):
    """Remove a conversation with its messages. Raises ConversationNotFound."""

    conversation_id: str


@dataclass(frozen=True)
class SetCommunicationRules(Command[CommunicationPolicy], needs="communication_rules:write"):
    """Put another policy in the place of the one for all agents of the server."""

    policy: CommunicationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConversationHandler:
    """Handles ArchiveConversation."""

    conversations: Conversations
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ArchiveConversation, caller: Caller) -> Conversation:
        """Return it as it is now."""
        conversation = await self.conversations.by_key(message.conversation_id)
        changed = conversation.with_archived(message.archived, now=self.clock())
        if changed is not conversation:
            await self.conversations.update(changed)
            await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteConversationHandler:
    """Handles DeleteConversation."""

    conversations: Conversations
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: DeleteConversation, caller: Caller) -> None:
        """Remove it."""
        conversation = await self.conversations.by_key(message.conversation_id)
        await self.conversations.delete(conversation.id)
        self.uow.record(
            ConversationDeleted(occurred_at=self.clock(), user_id=caller.user_id, conversation_id=conversation.id)
        )
        await self.uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCommunicationRulesHandler:
    """Handles SetCommunicationRules."""

    policy: StoredPolicy
    uow: UnitOfWork

    async def __call__(self, message: SetCommunicationRules, caller: Caller) -> CommunicationPolicy:
        """Return the policy as stored."""
        before = await self.policy.get()
        await self.policy.put(message.policy)
        details = {"before": before.model_dump(mode="json"), "after": message.policy.model_dump(mode="json")}
        self.uow.note("communication_rules.changed", ("communication_rules", "1"), **details)
        await self.uow.commit()
        return message.policy
