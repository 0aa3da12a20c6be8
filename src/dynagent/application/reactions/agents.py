"""What agents make of what they hear: those that name something that was removed say so."""

from dynagent.application.commands.agents.broken import MarkBrokenAgents
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentDeleted
from dynagent.core.language_models import ModelDeleted
from dynagent.core.shared.events import DomainEvent
from dynagent.core.tools import ToolRemoved


class MarkAgentsWithoutParts:
    """Marks the agents of whoever removed something that they use; twice does no harm."""

    HEARS = (AgentDeleted, ToolRemoved, ModelDeleted)

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, event: DomainEvent) -> None:
        """React to an event; all but removals are left alone."""
        match event:
            case AgentDeleted():
                marking = MarkBrokenAgents(agent=(event.agent_id, event.slug, event.agent_name))
            case ToolRemoved():
                marking = MarkBrokenAgents(tool=event.tool_name)
            case ModelDeleted():
                marking = MarkBrokenAgents(model=(event.target_id, str(event.details.get("name", ""))))
            case _:
                return
        await self._bus.send(marking, Caller(event.user_id, frozenset({"system"})))
