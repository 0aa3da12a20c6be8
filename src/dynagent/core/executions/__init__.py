"""Executions: the runs of agents as their owners see them, and the chats that they make up."""

from dynagent.core.executions.entity import (
    AGENT,
    MAX_QUERY,
    CancelRequest,
    Chat,
    ChatFilter,
    ChatInUse,
    ChatNotFound,
    ChatOfAnotherAgent,
    Checkpoint,
    Execution,
    ExecutionNotFound,
    ExecutionOver,
    ExecutionStarted,
    IdempotencyKeyReused,
    NothingToRetry,
    NotYetOver,
    OpenQuestion,
    TooManyExecutions,
)
from dynagent.core.executions.listing import (
    MAX_SEARCH,
    ExecutionFilter,
    ExecutionOrder,
    KindWanted,
    Rating,
    SortedBy,
    StartedBy,
)
from dynagent.core.executions.ports import EverybodysExecutions, Executions, StoredCheckpoints, StoredModelCalls
from dynagent.core.executions.running import AgentCalls, AgentRunner, Callee, Chats, RunPlan
from dynagent.core.executions.surroundings import Neighbour, Surroundings, SurroundingsReader

knows = frozenset({"agents", "files", "language_models", "tools"})
"""The nouns whose core ports its commands and queries may use."""
