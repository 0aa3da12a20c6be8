"""Agents: what they are (entity), which configurations are valid (rules), where they are kept (ports)."""

from dynagent.core.agents.agent_tools import AGENT_TYPE, agent_tool_faults, agent_tools_of, names_of_agents
from dynagent.core.agents.attachments import (
    ToolAlreadyAttached,
    ToolNotAttached,
    TooManyTools,
    attachment_of,
    with_changed_tool,
    with_tool,
    without_tool,
)
from dynagent.core.agents.configuration import (
    AgentConfiguration,
    ToolAttachment,
)
from dynagent.core.agents.context import (
    AgentContext,
    AgentContextChangedMeanwhile,
    AgentContextExists,
    AgentContextNotFound,
    AgentContexts,
)
from dynagent.core.agents.dependencies import (
    DependencyUnavailable,
    NamedAgent,
    check_available,
    check_dependencies,
    named,
)
from dynagent.core.agents.entity import (
    Agent,
    AgentChangedMeanwhile,
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
    FirstStatus,
    make_slug,
)
from dynagent.core.agents.ports import AgentConfigurations, AgentKnowledgeBases, AgentRepository, EverybodysAgents
from dynagent.core.agents.prompts import with_context
from dynagent.core.agents.rules import faults_of, refuse_faults
from dynagent.core.agents.templates import TEMPLATES, AgentTemplate
from dynagent.core.shared.knowledge_bases import KnowledgeBaseNotFound

knows = frozenset({"language_models", "output_types", "tools"})
"""The nouns whose core ports its commands and queries may use."""
