"""Questions about the handoffs of agents."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.handoffs import Handoff, Handoffs
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListHandoffs(Query[Page[Handoff]], needs="agents:read", raises=(AgentNotFound,)):
    """A page of an agent's handoffs, newest first. Raises AgentNotFound."""

    agent_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListHandoffsHandler:
    """Handles ListHandoffs."""

    agents: AgentRepository
    handoffs: Handoffs

    async def __call__(self, message: ListHandoffs, caller: Caller) -> Page[Handoff]:
        """Return the page."""
        agent = await self.agents.existing(message.agent_id)
        return await self.handoffs.of_agent(agent.id, message.page)
