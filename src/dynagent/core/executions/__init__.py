"""Executions: the runs of agents as their owners see them, and the chats that they make up."""

from dynagent.core.executions.entity import (
    AGENT,
    MAX_QUERY,
    CancelRequest,
    Checkpoint,
    Conversation,
    ConversationFilter,
    ConversationInUse,
    ConversationNotFound,
    Execution,
    ExecutionFilter,
    ExecutionNotFound,
    ExecutionOver,
    ExecutionStarted,
    OpenQuestion,
    TooManyExecutions,
)
from dynagent.core.executions.ports import Executions, KeptCheckpoints
from dynagent.core.executions.running import AgentRunner, Conversations, RunPlan

knows = frozenset({"agents", "language_models", "tools"})
"""The nouns whose core ports its commands and queries may use."""

__all__ = [
    "AGENT",
    "MAX_QUERY",
    "AgentRunner",
    "CancelRequest",
    "Checkpoint",
    "Conversation",
    "ConversationFilter",
    "ConversationInUse",
    "ConversationNotFound",
    "Conversations",
    "Execution",
    "ExecutionFilter",
    "ExecutionNotFound",
    "ExecutionOver",
    "ExecutionStarted",
    "Executions",
    "KeptCheckpoints",
    "OpenQuestion",
    "RunPlan",
    "TooManyExecutions",
]
