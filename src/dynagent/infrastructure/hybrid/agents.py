"""Agents with their copies in front (`agent:{id}`, 3600 s)."""

from collections.abc import Callable, Sequence

from dynagent.core.agents import Agent, AgentFilter, AgentRepository, AgentVersion, NamedAgent
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.hybrid.repository import (
    AfterCommit,
    EntityCache,
    HybridRepository,
    ObserveRead,
    PublishToOthers,
)
from dynagent.infrastructure.hybrid.signals import Signals
from dynagent.infrastructure.postgres.agents import PostgresAgents
from dynagent.infrastructure.postgres.unit_of_work import Scope


def cached_agents(signals: Signals, observe: ObserveRead) -> Callable[[Scope], AgentRepository]:
    """Return what makes the caller's agents of a scope, with copies that all processes keep true."""
    copies = EntityCache(signals.cache, prefix="agent", model=Agent, observe=observe)
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


class HybridAgentRepository(HybridRepository[Agent], AgentRepository):
    """The owner's agents: single reads from the copies, everything else from PostgreSQL."""

    def __init__(
        self,
        agents: AgentRepository,
        copies: EntityCache[Agent],
        *,
        user_id: str,
        after_commit: AfterCommit,
        publish_to_others: PublishToOthers[Agent] | None = None,
    ) -> None:
        super().__init__(
            agents, copies, user_id=user_id, after_commit=after_commit, publish_to_others=publish_to_others
        )
        self._agents = agents

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        return await self._agents.find(wanted, page)

    async def versions(self, id: str, page: PageRequest) -> Page[AgentVersion]:
        """Return the versions of an agent, newest first."""
        return await self._agents.versions(id, page)

    async def get_version(self, id: str, version: int) -> AgentVersion | None:
        """Return one version, or None."""
        return await self._agents.get_version(id, version)

    async def named(self, references: Sequence[str] | None = None) -> list[NamedAgent]:
        """Return the owner's agents that have one of these names or slugs, all for None."""
        return await self._agents.named(references)
