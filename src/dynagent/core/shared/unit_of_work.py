"""The unit of work: changes and the events about them are committed together or not at all."""

from typing import Any, Protocol

from dynagent.core.shared.events import DomainEvent


class UnitOfWork(Protocol):
    """One database transaction. It is rolled back unless `commit` was reached."""

    def record(self, event: DomainEvent) -> None:
        """Put an event into the outbox of this transaction."""
        ...

    def note(self, action: str, target: tuple[str, str], **details: Any) -> None:
        """Put a line into the audit log: `noun.verb`, (kind, id) of what it was done to, details without secrets.

        For what says more than which rows changed; of those the log hears without it. The line takes the place of what
        it would have heard about the same target.
        """
        ...

    async def commit(self) -> None:
        """Commit rows and outbox in one transaction, then wake whoever delivers the events."""
        ...
