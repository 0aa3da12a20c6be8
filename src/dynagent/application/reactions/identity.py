"""What identity makes of what it hears: agents that cause incidents take no more runs; the audit log is kept."""

from collections.abc import Mapping
from typing import Any

from dynagent.application.commands.agents import SetAgentStatus
from dynagent.application.commands.identity import WriteAuditLine
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentDeleted
from dynagent.core.identity import SecurityIncident
from dynagent.core.language_models import ModelEvent
from dynagent.core.shared.events import DomainEvent
from dynagent.core.tools import ToolEvent


class StopDangerousAgents:
    """Disables an agent that an incident names; twice does no harm. Its owner can enable it again."""

    HEARS = SecurityIncident

    def __init__(self, bus: Bus[Any]) -> None:
        self._bus = bus

    async def __call__(self, event: DomainEvent) -> None:
        """React to an event; all but incidents are left alone."""
        if isinstance(event, SecurityIncident) and event.agent_id is not None:
            owner = Caller(event.user_id, frozenset({"user"}))
            await self._bus.send(SetAgentStatus([event.agent_id], "disabled"), owner)


class WriteAuditLog:
    """Writes down who changed models, keys and tools, and who deleted agents; twice does no harm."""

    HEARS = (ModelEvent, ToolEvent, AgentDeleted)

    def __init__(self, bus: Bus[Any]) -> None:
        self._bus = bus

    async def __call__(self, event: DomainEvent) -> None:
        """React to an event; what changes nothing about who may do what is left alone."""
        match event:
            case ModelEvent():
                line = _line(event, event.target_kind, event.target_id, event.details, address=event.address)
            case ToolEvent():
                line = _line(event, "tool", event.tool_name, {"version": event.version})
            case AgentDeleted():
                line = _line(event, "agent", event.agent_id, {})
            case _:
                return
        await self._bus.send(line, Caller(event.user_id, frozenset({"system"})))


def _line(
    event: DomainEvent, kind: str, target_id: str, details: Mapping[str, Any], *, address: str = ""
) -> WriteAuditLine:
    return WriteAuditLine(
        id=event.event_id,
        at=event.occurred_at,
        action=event.name,
        target_kind=kind,
        target_id=target_id,
        address=address,
        details=details,
    )
