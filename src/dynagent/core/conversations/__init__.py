"""Conversations: what agents say to each other in runs, and who may talk to whom."""

from dynagent.core.conversations.entity import (
    Conversation,
    ConversationChangedMeanwhile,
    ConversationDeleted,
    ConversationFilter,
    ConversationNotFound,
    ConversationStats,
    ConversationStatus,
    Message,
    MessageFilter,
    NewMessage,
    PairCount,
    StatsFilter,
    key_of,
)
from dynagent.core.conversations.export import ExportFormat, closing, opening, part, shown
from dynagent.core.conversations.policy import (
    CommunicationNotAllowed,
    CommunicationPolicy,
    CommunicationRule,
)
from dynagent.core.conversations.ports import (
    CommunicationPolicies,
    ConversationLog,
    Conversations,
    MessageFeed,
    StoredPolicy,
)
