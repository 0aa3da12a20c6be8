"""An agent as its runs see it: prompts, tools and dependencies as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import (
    AGENT_TYPE,
    Agent,
    AgentContexts,
    AgentNotFound,
    AgentRepository,
    NamedAgent,
    agent_tools_of,
    check_dependencies,
    named,
    with_context,
)
from dynagent.core.language_models import ChatModels
from dynagent.core.shared.ids import is_id
from dynagent.core.tools import ToolCatalogue, ToolNotFound


@dataclass(frozen=True)
class AgentTool:
    """A tool by the name that the model calls it by, and the type behind it."""

    name: str
    type: str
    description: str
    missing: bool = False


@dataclass(frozen=True)
class Dependency:
    """An agent that another depends on, as that one names it; `id` None: there is none."""

    name: str
    id: str | None
    status: str | None


@dataclass(frozen=True)
class AgentDetails:
    """An agent, the system text of its runs, its tools and dependencies, and what it names that is not there."""

    agent: Agent
    prompt: str
    tools: Sequence[AgentTool]
    dependencies: Sequence[Dependency]
    problems: Sequence[str]


@dataclass(frozen=True)
class GetAgentDetails(Query[AgentDetails], needs="agents:read", raises=(AgentNotFound,)):
    """One agent in detail. Raises AgentNotFound."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAgentDetailsHandler:
    """Handles GetAgentDetails."""

    agents: AgentRepository
    contexts: AgentContexts
    catalogue: ToolCatalogue
    models: ChatModels

    async def __call__(self, message: GetAgentDetails, caller: Caller) -> AgentDetails:
        """Return the details."""
        agent = await self.agents.existing(message.agent_id)
        context = await self.contexts.of_agent(agent.id)
        tools = await self._tools(agent)
        others = await self.agents.named(agent.configuration.dependencies)
        return AgentDetails(
            agent=agent,
            prompt=with_context(agent.configuration.system_prompt(), agent_context=context and context.content),
            tools=tools,
            dependencies=[_dependency(name, others) for name in agent.configuration.dependencies],
            problems=[*self._problems(agent, tools), *await self._others_missing(agent, others)],
        )

    async def _tools(self, agent: Agent) -> list[AgentTool]:
        types = {tool.name: tool.type for tool in agent.configuration.tools_config}
        names = agent.configuration.all_tools()
        references = agent_tools_of(agent.configuration)
        found: list[AgentTool] = []
        for name in names:
            other = await self._agent(references[name]) if name in references else None
            if other is not None:
                found.append(AgentTool(name, AGENT_TYPE, other.configuration.description))
                continue
            kind = types.get(name, name)
            try:
                listing = await self.catalogue.get(kind, agent.user_id)
            except ToolNotFound:
                found.append(AgentTool(name, kind, "", missing=True))
            else:
                found.append(AgentTool(name, kind, listing.description))
        return found

    async def _agent(self, reference: str) -> Agent | None:
        if is_id(reference):
            return await self.agents.get_by_id(reference)
        meant = [other for other in await self.agents.named([reference]) if other.slug == reference]
        return await self.agents.get_by_id(meant[0].id) if meant else None

    def _problems(self, agent: Agent, tools: Sequence[AgentTool]) -> list[str]:
        configuration = agent.configuration
        asked = (configuration.model, *configuration.fallback_models)
        models = [name for name in asked if name is not None and not self.models.knows(name)]
        return [
            *(f"no model answers to the name {name!r}" for name in models),
            *(f"there is no tool named {tool.type!r}" for tool in tools if tool.missing),
        ]

    async def _others_missing(self, agent: Agent, others: Sequence[NamedAgent]) -> list[str]:
        configuration = agent.configuration
        faults = check_dependencies(configuration.dependencies, slug=agent.slug, name=configuration.name, agents=others)
        fallback = configuration.fallback_agent_id
        gone = fallback is not None and await self.agents.get_by_id(fallback) is None
        return [fault.detail for fault in faults] + ([f"there is no agent {fallback!r}"] if gone else [])


def _dependency(name: str, agents: Sequence[NamedAgent]) -> Dependency:
    meant = named(name, agents)
    return Dependency(name, meant[0].id, meant[0].status) if meant else Dependency(name, None, None)
