"""Which knowledge bases agents have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import AgentKnowledgeBases

BaseNames = Mapping[str, Sequence[tuple[str, str]]]
"""Agent → (id, name) of its knowledge bases."""


@dataclass(frozen=True)
class NameKnowledgeBases(Query[BaseNames], needs="agents:read"):
    """The knowledge bases of agents that the caller has been shown."""

    agent_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameKnowledgeBasesHandler:
    """Handles NameKnowledgeBases."""

    knowledge: AgentKnowledgeBases

    async def __call__(self, message: NameKnowledgeBases, caller: Caller) -> BaseNames:
        """Return them by agent."""
        return await self.knowledge.of_agents(message.agent_ids)
