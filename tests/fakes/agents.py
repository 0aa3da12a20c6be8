"""Agents in memory."""

from collections.abc import Mapping, Sequence

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentContext,
    AgentContexts,
    AgentFilter,
    AgentKnowledgeBases,
    AgentRepository,
    AgentVersion,
    NamedAgent,
)
from dynagent.core.shared.knowledge_bases import KnowledgeBaseNotFound
from dynagent.core.shared.paging import Page, PageRequest
from tests.fakes.pages import page_of


class FakeAgents(AgentRepository):
    """Agents by id with all their versions; owners are not told apart."""

    def __init__(self, *agents: Agent) -> None:
        self.stored: dict[str, Agent] = {}
        self.stored_versions: dict[str, list[AgentVersion]] = {}
        for agent in agents:
            self._keep(agent)

    async def create(self, entity: Agent) -> Agent:
        """Keep."""
        return self._keep(entity)

    async def get_by_id(self, id: str) -> Agent | None:
        """Find."""
        return self.stored.get(id)

    async def update(self, entity: Agent) -> Agent:
        """Keep, unless a newer version is there."""
        if self.stored[entity.id].version > entity.version:
            raise AgentChangedMeanwhile("changed meanwhile")
        return self._keep(entity)

    async def delete(self, id: str) -> bool:
        """Forget."""
        self.stored_versions.pop(id, None)
        return self.stored.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Agent]:
        """List, newest first."""
        return list(page_of(list(self.stored.values()), PageRequest(skip=skip, limit=limit), _id).items)

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Filter and cut."""
        return page_of([agent for agent in self.stored.values() if _matches(agent, wanted)], page, _id)

    async def versions(self, id: str, page: PageRequest) -> Page[AgentVersion]:
        """Cut."""
        newest_first = self.stored_versions[id][::-1]
        part = newest_first[page.skip : page.skip + page.limit]
        return Page(items=part, total=len(newest_first), skip=page.skip, limit=page.limit)

    async def get_version(self, id: str, version: int) -> AgentVersion | None:
        """Find."""
        return next((kept for kept in self.stored_versions.get(id, []) if kept.version == version), None)

    async def named(self, references: Sequence[str] | None = None) -> list[NamedAgent]:
        """Compare."""
        return [
            NamedAgent(agent.id, agent.slug, agent.configuration.name, agent.status, agent.configuration.dependencies)
            for agent in self.stored.values()
            if references is None or {agent.slug, agent.configuration.name} & set(references)
        ]

    def _keep(self, agent: Agent) -> Agent:
        self.stored[agent.id] = agent
        kept = self.stored_versions.setdefault(agent.id, [])
        if not kept or kept[-1].version < agent.version:
            kept.append(
                AgentVersion(
                    agent_id=agent.id,
                    version=agent.version,
                    configuration=agent.configuration,
                    created_at=agent.updated_at,
                    created_by=agent.user_id,
                )
            )
        return agent


class FakeAgentContexts(AgentContexts):
    """Contexts by the ids of their agents; owners are not told apart."""

    def __init__(self) -> None:
        self.stored: dict[str, AgentContext] = {}

    async def create(self, entity: AgentContext) -> AgentContext:
        """Keep."""
        self.stored[entity.agent_id] = entity
        return entity

    async def get_by_id(self, id: str) -> AgentContext | None:
        """Find."""
        return next((context for context in self.stored.values() if context.id == id), None)

    async def of_agent(self, agent_id: str) -> AgentContext | None:
        """Find."""
        return self.stored.get(agent_id)

    async def update(self, entity: AgentContext) -> AgentContext:
        """Keep."""
        self.stored[entity.agent_id] = entity
        return entity

    async def delete(self, id: str) -> bool:
        """Forget."""
        found = await self.get_by_id(id)
        return found is not None and self.stored.pop(found.agent_id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[AgentContext]:
        """Cut."""
        return list(self.stored.values())[skip : skip + limit]


def _id(agent: Agent) -> str:
    return agent.id


def _matches(agent: Agent, wanted: AgentFilter) -> bool:
    configuration = agent.configuration
    text = f"{configuration.name} {configuration.description} {agent.slug}".lower()
    return (
        (wanted.search is None or wanted.search.lower() in text)
        and wanted.status in (None, agent.status)
        and wanted.kind in (None, agent.kind)
        and wanted.model in (None, configuration.model)
        and (wanted.tool is None or wanted.tool in configuration.all_tools())
    )


class FakeAgentKnowledgeBases(AgentKnowledgeBases):
    """Which bases agents have; `known` are id → name of those that there are."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.chosen: dict[str, list[str]] = {}

    async def of_agents(self, agent_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {id: [(one, self.known[one]) for one in self.chosen[id]] for id in agent_ids if id in self.chosen}

    async def put(self, agent_id: str, kb_ids: Sequence[str]) -> bool:
        for id in kb_ids:
            if id not in self.known:
                raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r}")
        changed = self.chosen.get(agent_id, []) != list(kb_ids)
        self.chosen[agent_id] = list(kb_ids)
        return changed
