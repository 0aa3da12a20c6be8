"""Security incidents: written into the audit log; an agent that causes several is stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dynagent.application.commands.identity.desk import IdentityDesk
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import Executions
from dynagent.core.identity import SecurityIncident
from dynagent.core.shared.ids import is_id

TOLERATED = 3
WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class ReportIncident(Returns[None]):
    """Write down that something tried what it must not. Sent by the program, for the user whose work it was."""

    kind: str
    execution_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


class ReportIncidentHandler:
    """Handles ReportIncident. The third incident of an agent within an hour asks for it to be disabled."""

    def __init__(self, desk: IdentityDesk, executions: Executions) -> None:
        self._desk = desk
        self._executions = executions

    async def __call__(self, message: ReportIncident, caller: Caller) -> None:
        """Store the line and the event about it."""
        desk, now = self._desk, self._desk.clock()
        agent_id = await self._agent_of(message.execution_id)
        target = ("agent", agent_id) if agent_id else ("user", caller.user_id)
        await desk.note(
            message.kind,
            caller=caller,
            target=target,
            outcome="incident",
            execution_id=message.execution_id,
            reported=dict(message.details),
        )
        often = agent_id is not None and await desk.audit.count_incidents("agent", agent_id, now - WITHIN) >= TOLERATED
        desk.uow.record(
            SecurityIncident(
                occurred_at=now, user_id=caller.user_id, kind=message.kind, agent_id=agent_id if often else None
            )
        )
        await desk.uow.commit()

    async def _agent_of(self, execution_id: str | None) -> str | None:
        if execution_id is None or not is_id(execution_id):
            return None
        execution = await self._executions.get_by_id(execution_id)
        return None if execution is None else execution.agent_id
