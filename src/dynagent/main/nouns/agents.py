"""Agents."""

from collections.abc import Callable

from dynagent.application.commands.agents import broken, configure, context, lifecycle
from dynagent.application.commands.agents.rules import SchemaFault
from dynagent.application.queries.agents import details as agent_details
from dynagent.application.queries.agents import read
from dynagent.application.queries.agents import templates as agent_templates
from dynagent.core.agents import Agent, AgentContexts, AgentRepository
from dynagent.core.shared.uses import Uses
from dynagent.infrastructure.hybrid.agents import HybridAgentRepository
from dynagent.infrastructure.hybrid.repository import EntityCache
from dynagent.infrastructure.postgres.agent_contexts import PostgresAgentContexts
from dynagent.infrastructure.postgres.agents import PostgresAgents
from dynagent.infrastructure.postgres.unit_of_work import Scope
from dynagent.infrastructure.postgres.uses import PostgresUses
from dynagent.infrastructure.tools.arguments import schema_fault
from dynagent.main.noun import Binds, Noun, Process, Routes, handlers_in
from dynagent.presentation.api.agents import context as context_routes
from dynagent.presentation.api.agents import details, routes, run, templates


def _binds(process: Process) -> Binds:
    return Binds(
        shared={SchemaFault: schema_fault},
        scoped={
            AgentRepository: _cached(process),
            Uses: lambda scope: PostgresUses(scope.session, scope.user_id),
            AgentContexts: lambda scope: PostgresAgentContexts(scope.session, scope.user_id),
        },
    )


def _cached(process: Process) -> Callable[[Scope], AgentRepository]:
    signals = process.signals
    copies = EntityCache(signals.cache, prefix="agent", model=Agent, observe=process.metrics.cache_asked)
    signals.serve_copies(copies)

    def agents_of(scope: Scope) -> AgentRepository:
        agents = PostgresAgents(scope.session, scope.user_id)
        if scope.late:
            # What a copy of the store says may be old already; the cache must not keep it.
            return agents
        return HybridAgentRepository(
            agents,
            copies,
            user_id=scope.user_id,
            after_commit=scope.uow.after_commit,
            publish_to_others=signals.forget_elsewhere,
        )

    return agents_of


noun = Noun(
    handlers=handlers_in(broken, configure, context, lifecycle, read, agent_details, agent_templates),
    binds=_binds,
    routes=(
        Routes(30, routes.router),
        Routes(40, run.router),
        Routes(45, context_routes.router),
        Routes(46, details.router),
        Routes(47, templates.router),
    ),
    tag=(10, "Agents", "Make, change, version and run agents."),
)
