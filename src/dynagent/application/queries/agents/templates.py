"""What new agents can begin with."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.agents import TEMPLATES, AgentTemplate


@dataclass(frozen=True)
class ListAgentTemplates(Query[Sequence[AgentTemplate]], needs="agents:read", scope="none"):
    """The templates that come with the product, in order."""


@dataclass(frozen=True, slots=True)
class ListAgentTemplatesHandler:
    """Handles ListAgentTemplates."""

    async def __call__(self, message: ListAgentTemplates, caller: Caller) -> Sequence[AgentTemplate]:
        """Return all of them."""
        return TEMPLATES
