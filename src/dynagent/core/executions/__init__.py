"""Executions: the runs of agents as their owners see them, and the chats that they make up."""

from dynagent.core.executions.entity import (
    AGENT,
    MAX_QUERY,
    CancelRequest,
    Chat,
    ChatFilter,
    ChatInUse,
    ChatNotFound,
    Checkpoint,
    Execution,
    ExecutionFilter,
    ExecutionNotFound,
    ExecutionOver,
    ExecutionStarted,
    OpenQuestion,
    TooManyExecutions,
)
from dynagent.core.executions.ports import Executions, StoredCheckpoints
from dynagent.core.executions.running import AgentRunner, Chats, RunPlan

knows = frozenset({"agents", "language_models", "tools"})
"""The nouns whose core ports its commands and queries may use."""
