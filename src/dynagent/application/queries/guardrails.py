"""Questions about the guardrails of agents."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.guardrails import Guardrail, Guardrails
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListGuardrails(Query[Page[Guardrail]], needs="agents:read", raises=(AgentNotFound,)):
    """A page of an agent's guardrails, newest first. Raises AgentNotFound."""

    agent_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListGuardrailsHandler:
    """Handles ListGuardrails."""

    agents: AgentRepository
    guardrails: Guardrails

    async def __call__(self, message: ListGuardrails, caller: Caller) -> Page[Guardrail]:
        """Return the page."""
        agent = await self.agents.existing(message.agent_id)
        return await self.guardrails.of_agent(agent.id, message.page)
