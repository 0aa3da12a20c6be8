"""Writing into the audit log what other nouns tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import AuditEntry, AuditLog
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class WriteAuditLine(Command[None], needs="system"):
    """Write a line about what the caller did; a second one under the same id is left out. Sent by the program."""

    id: str
    at: datetime
    action: str
    target_kind: str
    target_id: str
    address: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAuditLineHandler:
    """Handles WriteAuditLine."""

    audit: AuditLog
    uow: UnitOfWork

    async def __call__(self, message: WriteAuditLine, caller: Caller) -> None:
        """Write it."""
        line = AuditEntry(
            id=message.id,
            at=message.at,
            action=message.action,
            actor_id=caller.user_id,
            target_kind=message.target_kind,
            target_id=message.target_id[:100],
            address=message.address[:64],
            details=dict(message.details),
        )
        await self.audit.add(line)
        await self.uow.commit()
