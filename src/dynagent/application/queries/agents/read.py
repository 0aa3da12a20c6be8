"""Questions about agents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import (
    Agent,
    AgentContext,
    AgentContextNotFound,
    AgentContexts,
    AgentFilter,
    AgentNotFound,
    AgentRepository,
    AgentVersion,
    AgentVersionNotFound,
    EverybodysAgents,
)
from dynagent.core.language_models import ModelRecord, ModelRecords
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.paging import Page, PageRequest

ModelFacts = Mapping[str, ModelRecord]
"""Kept models by id and by name."""


@dataclass(frozen=True)
class GetAgent(Query[Agent], needs="agents:read", raises=(AgentNotFound,)):
    """One agent. Raises AgentNotFound."""

    agent_id: str


@dataclass(frozen=True)
class ListAgents(Query[Page[Agent]], needs="agents:read", raises=(MalformedInput,)):
    """A page of the caller's agents, newest first. Raises MalformedInput on a forged cursor."""

    wanted: AgentFilter = field(default_factory=AgentFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ListEverybodysAgents(Query[Page[Agent]], needs="others:read", raises=(MalformedInput,)):
    """A page of all users' agents, newest first. Raises MalformedInput on a forged cursor."""

    wanted: AgentFilter = field(default_factory=AgentFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ListAgentVersions(Query[Page[AgentVersion]], needs="agents:read", raises=(AgentNotFound,)):
    """The versions of an agent, newest first. Raises AgentNotFound."""

    agent_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetAgentVersion(Query[AgentVersion], needs="agents:read", raises=(AgentNotFound, AgentVersionNotFound)):
    """One version of an agent. Raises AgentNotFound, AgentVersionNotFound."""

    agent_id: str
    version: int


@dataclass(frozen=True)
class GetAgentContext(Query[AgentContext], needs="agents:read", raises=(AgentNotFound, AgentContextNotFound)):
    """The context of an agent. Raises AgentNotFound, AgentContextNotFound."""

    agent_id: str


@dataclass(frozen=True)
class NameModels(Query[ModelFacts], needs="agents:read"):
    """The kept models that agents choose by id or name; what names no model of the caller's is left out."""

    references: frozenset[str]


@dataclass(frozen=True, slots=True)
class GetAgentHandler:
    """Handles GetAgent."""

    agents: AgentRepository

    async def __call__(self, message: GetAgent, caller: Caller) -> Agent:
        """Return the agent."""
        return await self.agents.existing(message.agent_id)


@dataclass(frozen=True, slots=True)
class ListAgentsHandler:
    """Handles ListAgents."""

    agents: AgentRepository

    async def __call__(self, message: ListAgents, caller: Caller) -> Page[Agent]:
        """Return the page."""
        return await self.agents.find(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ListEverybodysAgentsHandler:
    """Handles ListEverybodysAgents."""

    agents: EverybodysAgents

    async def __call__(self, message: ListEverybodysAgents, caller: Caller) -> Page[Agent]:
        """Return the page."""
        return await self.agents.find(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ListAgentVersionsHandler:
    """Handles ListAgentVersions."""

    agents: AgentRepository

    async def __call__(self, message: ListAgentVersions, caller: Caller) -> Page[AgentVersion]:
        """Return the page of versions."""
        agent = await self.agents.existing(message.agent_id)
        return await self.agents.versions(agent.id, message.page)


@dataclass(frozen=True, slots=True)
class GetAgentVersionHandler:
    """Handles GetAgentVersion."""

    agents: AgentRepository

    async def __call__(self, message: GetAgentVersion, caller: Caller) -> AgentVersion:
        """Return the version."""
        agent = await self.agents.existing(message.agent_id)
        version = await self.agents.get_version(agent.id, message.version)
        if version is None:
            raise AgentVersionNotFound(f"agent {agent.id} has no version {message.version}")
        return version


@dataclass(frozen=True, slots=True)
class GetAgentContextHandler:
    """Handles GetAgentContext."""

    agents: AgentRepository
    contexts: AgentContexts

    async def __call__(self, message: GetAgentContext, caller: Caller) -> AgentContext:
        """Return the context."""
        agent = await self.agents.existing(message.agent_id)
        context = await self.contexts.of_agent(agent.id)
        if context is None:
            raise AgentContextNotFound(f"agent {agent.id} has no context")
        return context


@dataclass(frozen=True, slots=True)
class NameModelsHandler:
    """Handles NameModels."""

    models: ModelRecords

    async def __call__(self, message: NameModels, caller: Caller) -> ModelFacts:
        """Return id or name → model; of two with one name it is the caller's own."""
        found = sorted(await self.models.named(sorted(message.references)), key=lambda model: model.user_id is not None)
        return {model.name: model for model in found} | {model.id: model for model in found}
