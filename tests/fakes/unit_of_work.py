"""A unit of work that remembers."""

from typing import Any

from dynagent.core.shared.events import DomainEvent


class FakeUnitOfWork:
    """Keeps the recorded events and counts commits; `committed` are the events of commits."""

    def __init__(self) -> None:
        self.recorded: list[DomainEvent] = []
        self.committed: list[DomainEvent] = []
        self.noted: list[tuple[str, tuple[str, str], dict[str, Any]]] = []
        self.commits = 0

    def record(self, event: DomainEvent) -> None:
        """Keep for the commit."""
        self.recorded.append(event)

    def note(self, action: str, target: tuple[str, str], **details: Any) -> None:
        """Keep the line."""
        self.noted.append((action, target, details))

    async def commit(self) -> None:
        """Move what was recorded to what was committed."""
        self.committed += self.recorded
        self.recorded = []
        self.commits += 1
