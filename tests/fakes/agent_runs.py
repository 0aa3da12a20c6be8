"""What runs of agents read besides the run: versions, earlier turns, contexts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dynagent.core.agents import AgentConfiguration, AgentNotFound, AgentVersion
from dynagent.core.executions import Execution, Surroundings, SurroundingsReader


class FakeVersions:
    """Gives one configuration as every version."""

    def __init__(self, configuration: AgentConfiguration) -> None:
        self.configuration = configuration
        self.asked: list[tuple[str, int]] = []

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return it, and note what was asked for."""
        self.asked.append((agent_id, version))
        return self.configuration

    async def latest(self, agent_id: str, user_id: str) -> AgentVersion:
        """Return a fallback. Raises AgentNotFound for another user's."""
        if agent_id == "somebody else's":
            raise AgentNotFound(f"there is no agent {agent_id!r}")
        configuration = AgentConfiguration(name="Fallback", model="small")
        return AgentVersion(
            agent_id=agent_id, version=1, configuration=configuration, created_at=datetime.now(UTC), created_by="u"
        )


class FakeTurns:
    """Gives one earlier turn of every chat."""

    async def turns(self, execution: Execution) -> list[tuple[str, str]]:
        """Return the turns before."""
        return [("before", "answer")]

    async def file_ids(self, execution: Execution) -> list[str]:
        """Return no files."""
        return []


class FakeSurroundings(SurroundingsReader):
    """Gives the contexts of agents that are known."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    async def of_agent(self, agent_id: str, user_id: str, references: Sequence[str] = ()) -> Surroundings:
        """Return the context, and no agents."""
        return Surroundings(context=self.known.get(agent_id))
