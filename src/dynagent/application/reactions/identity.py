"""What identity makes of what it hears: agents that cause incidents take no more runs."""

from dynagent.application.commands.agents import SetAgentStatus
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import SecurityIncident
from dynagent.core.shared.events import DomainEvent


class StopDangerousAgents:
    """Disables an agent that an incident names; twice does no harm. Its owner can enable it again."""

    HEARS = SecurityIncident

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, event: DomainEvent) -> None:
        """React to an event; all but incidents are left alone."""
        if isinstance(event, SecurityIncident) and event.agent_id is not None:
            # The program does it, among the owner's agents: the audit log names nobody as the actor.
            program = Caller(event.user_id, frozenset({"user", "system"}))
            await self._bus.send(SetAgentStatus([event.agent_id], "disabled"), program)
