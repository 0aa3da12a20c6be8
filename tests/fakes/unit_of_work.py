"""A unit of work that remembers."""

from dynagent.core.shared.events import DomainEvent


class FakeUnitOfWork:
    """Keeps the recorded events and counts commits; `committed` are the events of commits."""

    def __init__(self) -> None:
        self.recorded: list[DomainEvent] = []
        self.committed: list[DomainEvent] = []
        self.commits = 0

    def record(self, event: DomainEvent) -> None:
        """Keep for the commit."""
        self.recorded.append(event)

    async def commit(self) -> None:
        """Move what was recorded to what was committed."""
        self.committed += self.recorded
        self.recorded = []
        self.commits += 1
