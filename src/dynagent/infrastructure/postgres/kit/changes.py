"""What the tables of nouns changed in a session, noted as it happens; the unit of work writes it into the audit log."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

_CHANGES, _SEEN, _LINES_OF = "changes of entities", "entities as they were read", "targets of audit lines"


@dataclass(frozen=True, slots=True)
class Change:
    """One entity was added (`before` is None), changed, or removed (`after` is None)."""

    noun: str
    id: str
    before: BaseModel | None
    after: BaseModel | None

    @property
    def action(self) -> str:
        """What the audit log calls it: `agent.created`, `agent.changed`, `agent.deleted`."""
        verb = "created" if self.before is None else "deleted" if self.after is None else "changed"
        return f"{self.noun}.{verb}"


def note_seen(session: AsyncSession, noun: str, id: str, entity: BaseModel) -> None:
    """Remember an entity as this session read it: what it was before a change."""
    session.info.setdefault(_SEEN, {})[noun, id] = entity


def seen(session: AsyncSession, noun: str, id: str) -> Any:
    """Return the entity as this session last read or wrote it, or None."""
    return session.info.get(_SEEN, {}).get((noun, id))


def note_change(session: AsyncSession, change: Change) -> None:
    """Note a change; it counts once the session is committed."""
    session.info.setdefault(_CHANGES, []).append(change)


def note_line(session: AsyncSession, kind: str, id: str) -> None:
    """Note that a handler has written its own line about this target."""
    session.info.setdefault(_LINES_OF, set()).add((kind, id))


def take_changes(session: AsyncSession) -> tuple[list[Change], set[tuple[str, str]]]:
    """Return the changes of the transaction that is about to be committed and the targets of lines in it.

    An entity that was written several times was changed once: from the first state to the last.
    """
    merged: dict[tuple[str, str], Change] = {}
    for change in session.info.pop(_CHANGES, []):
        key = (change.noun, change.id)
        merged[key] = replace(change, before=merged[key].before) if key in merged else change
    changes = [change for change in merged.values() if change.before is not None or change.after is not None]
    return changes, session.info.pop(_LINES_OF, set())
