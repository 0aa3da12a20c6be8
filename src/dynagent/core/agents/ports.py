"""Where agents are kept, and what their rules must know of other nouns."""

from collections.abc import Sequence
from typing import Any, Protocol

from dynagent.core.agents.entity import Agent, AgentConfiguration, AgentFilter, AgentNotFound, AgentVersion
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

    async def known_slugs(self, slugs: Sequence[str]) -> set[str]:
        """Return those of the slugs that name an agent of the owner (one query)."""
        raise NotImplementedError

    async def dependencies(self) -> dict[str, tuple[str, ...]]:
        """Return the dependency graph of the owner's agents: slug → slugs of what it depends on."""
        raise NotImplementedError


class KnownParts(Protocol):
    """What the rules of an agent must know of other nouns, asked in as few calls as possible."""

    async def unknown_tools(self, names: Sequence[str]) -> list[str]:
        """Return the names that are no tool of the owner."""
        ...

    async def unknown_model(self, model: str | None) -> bool:
        """Say whether the name is given but no model answers to it."""
        ...

    def schema_fault(self, schema: dict[str, Any]) -> str | None:
        """Return what keeps a JSON Schema from being used, None for one that can."""
        ...


class AgentConfigurations(Protocol):
    """Immutable versions of any owner's agents, for whoever runs them; may be cached for ever."""

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return the configuration of one version. Raises AgentVersionNotFound."""
        ...

    async def latest(self, agent_id: str, user_id: str) -> AgentVersion:
        """Return the current version of an agent of this owner. Raises AgentNotFound."""
        ...
