"""Questions about agents: as stored (read), as their runs see them (details), what to begin with (templates)."""

from dynagent.application.queries.agents.details import AgentDetails, GetAgentDetails
from dynagent.application.queries.agents.knowledge import BaseNames, NameKnowledgeBases
from dynagent.application.queries.agents.read import (
    GetAgent,
    GetAgentContext,
    GetAgentVersion,
    ListAgents,
    ListAgentVersions,
    ListEverybodysAgents,
    ModelFacts,
    NameModels,
)
from dynagent.application.queries.agents.templates import ListAgentTemplates
