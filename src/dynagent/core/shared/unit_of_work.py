"""The unit of work: changes and the events about them are committed together or not at all."""

from typing import Protocol

from dynagent.core.shared.events import DomainEvent


class UnitOfWork(Protocol):
    """One database transaction. It is rolled back unless `commit` was reached."""

    def record(self, event: DomainEvent) -> None:
        """Put an event into the outbox of this transaction."""
        ...

    async def commit(self) -> None:
        """Commit rows and outbox in one transaction, then wake whoever delivers the events."""
        ...
