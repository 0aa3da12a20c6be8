"""Saying something about a run: a rating, a note, tags."""

from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.annotations import Annotations, AnnotationStore, Rating
from dynagent.core.executions import ExecutionNotFound
from dynagent.core.identity import AuditEntry, AuditLog
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import NewId, is_id, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class SetFeedback(Command[Annotations], needs="annotations:write", raises=(ExecutionNotFound, InvalidInput)):
    """Rate an execution instead of as before, or take the rating back. Raises ExecutionNotFound, InvalidInput."""

    execution_id: str
    rating: Rating | None
    comment: str | None = None


@dataclass(frozen=True)
class SetNote(Command[Annotations], needs="annotations:write", raises=(ExecutionNotFound, InvalidInput)):
    """Write a note on an execution instead of the one before, or remove it. Raises ExecutionNotFound, InvalidInput."""

    execution_id: str
    text: str | None


@dataclass(frozen=True)
class SetTags(Command[Annotations], needs="annotations:write", raises=(ExecutionNotFound, InvalidInput)):
    """Give an execution these tags and no others. Raises ExecutionNotFound, InvalidInput."""

    execution_id: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotating:
    """Reads what was said, stores what is said now, and notes the change in the audit log."""

    store: AnnotationStore
    audit: AuditLog
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def before(self, execution_id: str) -> Annotations:
        """Return what the caller says of an execution by now. Raises ExecutionNotFound."""
        said = await self.store.get(execution_id) if is_id(execution_id) else None
        if said is None:
            raise ExecutionNotFound(f"there is no execution {execution_id!r}")
        return said

    async def store_change(self, before: Annotations, after: Annotations, caller: Caller, what: str) -> Annotations:
        """Store and commit, unless nothing changes. Raises ExecutionNotFound when it went meanwhile."""
        if after.model_copy(update={"updated_at": before.updated_at}) == before:
            return before
        if not await self.store.put(after):
            raise ExecutionNotFound(f"there is no execution {after.execution_id!r}")
        await self.audit.add(
            AuditEntry(
                id=self.new_id(),
                at=self.clock(),
                action=f"execution.{what}_set",
                actor_id=caller.user_id,
                target_kind="execution",
                target_id=after.execution_id,
                address=caller.address[:64],
                details=_before_and_after(before, after, what),
            )
        )
        await self.uow.commit()
        return after


@dataclass(frozen=True, slots=True)
class SetFeedbackHandler:
    """Handles SetFeedback."""

    annotating: Annotating

    async def __call__(self, message: SetFeedback, caller: Caller) -> Annotations:
        """Return all that is said of the execution now."""
        before = await self.annotating.before(message.execution_id)
        after = before.rated(message.rating, message.comment, now=self.annotating.clock())
        return await self.annotating.store_change(before, after, caller, "feedback")


@dataclass(frozen=True, slots=True)
class SetNoteHandler:
    """Handles SetNote."""

    annotating: Annotating

    async def __call__(self, message: SetNote, caller: Caller) -> Annotations:
        """Return all that is said of the execution now."""
        before = await self.annotating.before(message.execution_id)
        after = before.noted(message.text, now=self.annotating.clock())
        return await self.annotating.store_change(before, after, caller, "note")


@dataclass(frozen=True, slots=True)
class SetTagsHandler:
    """Handles SetTags."""

    annotating: Annotating

    async def __call__(self, message: SetTags, caller: Caller) -> Annotations:
        """Return all that is said of the execution now."""
        before = await self.annotating.before(message.execution_id)
        after = before.tagged(message.tags, now=self.annotating.clock())
        return await self.annotating.store_change(before, after, caller, "tags")


def _before_and_after(before: Annotations, after: Annotations, what: str) -> dict[str, Any]:
    """Return before and after for the log; of texts only their lengths, people write anything there."""

    def shown(said: Annotations) -> Any:
        if what == "tags":
            return list(said.tags)
        return said.rating if what == "feedback" else len(said.note or "")

    return {"before": shown(before), "after": shown(after)}
