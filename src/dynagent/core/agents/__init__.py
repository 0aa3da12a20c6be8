"""Agents: what they are (entity), which configurations are valid (rules), where they are kept (ports)."""

from dynagent.core.agents.entity import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentCreated,
    AgentDeleted,
    AgentDisabled,
    AgentEvent,
    AgentFilter,
    AgentKind,
    AgentNotFound,
    AgentSlugTaken,
    AgentStatus,
    AgentUpdated,
    AgentVersion,
    AgentVersionNotFound,
    KnowledgeBaseNotFound,
    ToolAttachment,
    Visibility,
    make_slug,
)
from dynagent.core.agents.ports import AgentConfigurations, AgentRepository
from dynagent.core.agents.rules import check_configuration, find_cycle

knows = frozenset({"language_models", "tools"})
"""The nouns whose core ports its commands and queries may use."""
