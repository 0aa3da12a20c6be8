"""Looking at what belongs to others: who did so is written down before anything is shown."""

from dataclasses import dataclass

from dynagent.application.commands.identity.sessions import AuditTrail
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class LookAtOthers(Command[None], needs="others:read"):
    """Note that the caller is about to read what a user (None: everybody) has; `path` says what."""

    owner: str | None
    path: str


@dataclass(frozen=True, slots=True)
class LookAtOthersHandler:
    """Handles LookAtOthers."""

    trail: AuditTrail
    uow: UnitOfWork

    async def __call__(self, message: LookAtOthers, caller: Caller) -> None:
        """Write it down."""
        target = ("user", message.owner or "all")
        await self.trail.note("others.read", caller=caller, target=target, path=message.path[:300])
        await self.uow.commit()
