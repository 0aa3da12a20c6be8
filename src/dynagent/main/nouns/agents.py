"""Agents."""

from dynagent.application.commands.agents.rules import SchemaFault
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.agents import AgentContexts, AgentKnowledgeBases, AgentRepository, EverybodysAgents
from dynagent.core.shared.uses import Uses
from dynagent.infrastructure.hybrid.agents import cached_agents
from dynagent.infrastructure.postgres.agent_contexts import PostgresAgentContexts
from dynagent.infrastructure.postgres.agent_knowledge_bases import PostgresAgentKnowledgeBases
from dynagent.infrastructure.postgres.agents import PostgresEverybodysAgents
from dynagent.infrastructure.postgres.uses import PostgresUses
from dynagent.infrastructure.tools.arguments import schema_fault
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.agents import context, details, routes, templates, tools
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages


def _binds(process: Process) -> Binds:
    return Binds(
        shared={SchemaFault: schema_fault},
        scoped={
            AgentContexts: lambda scope: PostgresAgentContexts(scope.session, scope.user_id),
            AgentKnowledgeBases: lambda scope: PostgresAgentKnowledgeBases(scope.session, scope.user_id),
            AgentRepository: cached_agents(process.signals, process.metrics.cache_asked),
            EverybodysAgents: lambda scope: PostgresEverybodysAgents(scope.session, scope.user_id),
            Uses: lambda scope: PostgresUses(scope.session, scope.user_id),
        },
    )


noun = Noun(
    grants={
        "agents:read": Grant(EVERY_ROLE),
        "agents:write": Grant(MAKERS),
    },
    pages=Pages(dynamic=frozenset({"agents"})),
    handlers=handlers_of("agents"),
    binds=_binds,
    routes=(
        Routes(30, routes.router),
        Routes(45, context.router),
        Routes(46, details.router),
        Routes(47, templates.router),
        Routes(51, tools.router),
    ),
    tag=(10, "Agents", "Make, change, version and run agents."),
)
