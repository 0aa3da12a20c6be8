"""Commands about agents: their configuration (configure), their life (lifecycle), what they may name (rules)."""

from dynagent.application.commands.agents.configure import (
    AgentWriter,
    CloneAgent,
    CloneAgentHandler,
    CreateAgent,
    CreateAgentHandler,
    RestoreAgentVersion,
    RestoreAgentVersionHandler,
    UpdateAgent,
    UpdateAgentHandler,
)
from dynagent.application.commands.agents.lifecycle import (
    DeleteAgent,
    DeleteAgentHandler,
    SetAgentStatus,
    SetAgentStatusHandler,
    StatusChange,
)
from dynagent.application.commands.agents.rules import AgentRules
from dynagent.application.commands.agents.secrets import SettingsSafe
