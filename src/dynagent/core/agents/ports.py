"""Where agents are kept, and what their rules must know of other nouns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from dynagent.core.agents.configuration import AgentConfiguration, ToolAttachment
from dynagent.core.agents.dependencies import NamedAgent
from dynagent.core.agents.entity import Agent, AgentFilter, AgentNotFound, AgentVersion
from dynagent.core.shared.errors import Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository


class AgentRepository(BaseRepository[Agent]):
    """The owner's agents and their versions. `create` and `update` also write the version row."""

    noun = "agent"
    not_found = AgentNotFound

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        raise NotImplementedError

    async def versions(self, id: str, page: PageRequest) -> Page[AgentVersion]:
        """Return the versions of an agent, newest first (cursor unused: skip and limit only)."""
        raise NotImplementedError

    async def get_version(self, id: str, version: int) -> AgentVersion | None:
        """Return one version, or None."""
        raise NotImplementedError

    async def named(self, references: Sequence[str] | None = None) -> list[NamedAgent]:
        """Return the owner's agents that have one of these names or slugs, all for None (one query)."""
        raise NotImplementedError


class EverybodysAgents(Protocol):
    """The agents of all users, to be looked at by whoever may."""

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        ...


class KnownParts(Protocol):
    """What the rules of an agent must know of other nouns, asked in as few calls as possible."""

    async def unknown_tools(self, names: Sequence[str]) -> list[str]:
        """Return the names that are no tool of the owner."""
        ...

    async def unknown_model(self, model: str | None) -> bool:
        """Say whether the name is given but no model answers to it."""
        ...

    async def settings_faults(self, tools: Sequence[ToolAttachment]) -> list[Violation]:
        """Return what does not fit of the settings of tools, with pointers from `/tools_config` on."""
        ...

    def schema_fault(self, schema: dict[str, Any]) -> str | None:
        """Return what keeps a JSON Schema from being used, None for one that can."""
        ...


class AgentConfigurations(Protocol):
    """Immutable versions of any owner's agents, for whoever runs them; may be cached for ever."""

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return the configuration of one version. Raises AgentVersionNotFound."""
        ...

    async def latest_of(self, agent_ids: Collection[str], user_id: str) -> Mapping[str, AgentVersion]:
        """Return the current versions of those of these agents that this owner has, by the ids given (one query)."""
        ...

    async def latest(self, agent_id: str, user_id: str) -> AgentVersion:
        """Return the current version of an agent of this owner. Raises AgentNotFound."""
        found = await self.latest_of([agent_id], user_id)
        if agent_id not in found:
            raise AgentNotFound(f"there is no agent {agent_id!r}")
        return found[agent_id]


class AgentKnowledgeBases(Protocol):
    """Which knowledge bases agents have; they are of no version."""

    async def of_agents(self, agent_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return agent → (id, name) of its bases, by name."""
        ...

    async def put(self, agent_id: str, kb_ids: Sequence[str]) -> bool:
        """Have an agent have just these; return whether that changed. Raises KnowledgeBaseNotFound."""
        ...
