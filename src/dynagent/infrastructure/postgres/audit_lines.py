"""The audit lines of one transaction, written by its commit: of every change, whatever noun and handler made it.

A line comes from one of three places. A handler that knows best what happened says it (`UnitOfWork.note`, or identity's
trail). Otherwise the tables of the nouns tell what they changed. A command of which neither is true, and which wrote
something, gets a line of its own name and fields.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.application.shared.caller import SYSTEM_ID, Caller
from dynagent.application.shared.messages import Command, Message
from dynagent.core.identity import AuditEntry
from dynagent.core.shared.changes import bounded, differences
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.kit.changes import Change, take_changes
from dynagent.infrastructure.postgres.kit.mapping import json_of
from dynagent.infrastructure.postgres.statements import run

_COLUMNS = "id, at, action, outcome, actor_id, target_kind, target_id, address, details"
_LINES = """
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[]), CAST(:actions AS text[]),
  CAST(:outcomes AS text[]), CAST(:actors AS uuid[]), CAST(:kinds AS text[]), CAST(:targets AS text[]),
  CAST(:addresses AS text[]), CAST(:details AS jsonb[]))
"""
ADD = text(f"INSERT INTO audit_log ({_COLUMNS}) {_LINES}")
# A transaction has a number from its first write on: one that only read, or locked nothing, leaves no line.
ADD_IF_WRITTEN = text(f"{ADD.text} WHERE pg_current_xact_id_if_assigned() IS NOT NULL")


class AuditLines:
    """Collects what one message does, for its caller."""

    def __init__(self, caller: Caller, message: Message[Any] | None) -> None:
        self._caller = caller
        self._message = message
        self._noted: list[AuditEntry] = []

    def note(self, action: str, target: tuple[str, str], details: dict[str, Any]) -> None:
        """Keep a line of a handler's own words for the commit."""
        self._noted.append(self._entry(action, target, bounded(details)))

    async def write(self, session: AsyncSession) -> None:
        """Write the lines of the transaction that is about to be committed."""
        changes, covered = take_changes(session)
        lines, self._noted = self._noted, []
        covered |= {(line.target_kind, line.target_id) for line in lines}
        lines += [self._of_change(change) for change in changes if (change.noun, change.id) not in covered]
        if lines:
            await _add(session, ADD, lines)
        elif not covered and isinstance(self._message, Command) and not self._message.unaudited:
            await _add(session, ADD_IF_WRITTEN, [self._of_message(self._message)])

    def _of_change(self, change: Change) -> AuditEntry:
        # Of what is new or gone, what it was given; of a change every field, since one may have got its default back.
        changed = change.before is not None and change.after is not None
        before, after = (
            None if side is None else side.model_dump(mode="json", exclude_defaults=not changed)
            for side in (change.before, change.after)
        )
        shown = change.after or change.before
        about = {name: value for name in ("name", "version") if (value := _read(shown, name)) is not None}
        return self._entry(change.action, (change.noun, change.id), about | {"changes": differences(before, after)})

    def _of_message(self, message: Command[Any]) -> AuditEntry:
        given = {field.name: getattr(message, field.name) for field in fields(message) if field.repr}  # pyright: ignore[reportArgumentType]
        kind, _, _ = message.audited_as.partition(".")
        ids = [name for name in given if name.endswith("_id")]
        target = given.pop(next(iter([f"{kind}_id"] if f"{kind}_id" in given else ids), ""), "")
        return self._entry(message.audited_as, (kind, str(target or "")), bounded(given))

    def _entry(self, action: str, target: tuple[str, str], details: dict[str, Any]) -> AuditEntry:
        caller = self._caller
        program = "system" in caller.roles
        if program and caller.user_id != SYSTEM_ID:
            details = {**details, "for_user": caller.user_id}
        return AuditEntry(
            id=new_id(),
            at=utc_now(),
            action=action[:64],
            actor_id=None if program or caller.is_anonymous else caller.user_id,
            target_kind=target[0][:32],
            target_id=target[1][:100],
            address=caller.address[:64],
            details=details,
        )


async def _add(session: AsyncSession, statement: Any, lines: Sequence[AuditEntry]) -> None:
    await run(
        session,
        statement,
        ids=[line.id for line in lines],
        moments=[line.at for line in lines],
        actions=[line.action for line in lines],
        outcomes=[line.outcome for line in lines],
        actors=[line.actor_id for line in lines],
        kinds=[line.target_kind for line in lines],
        targets=[line.target_id for line in lines],
        addresses=[line.address for line in lines],
        details=[json_of(line.details) for line in lines],
    )


def _read(entity: Any, name: str) -> Any:
    value = getattr(entity, name, None)
    return getattr(getattr(entity, "configuration", None), name, None) if value is None else value
