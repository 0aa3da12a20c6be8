"""The context of an agent: one document, injected into every run of it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, NotFound, StaleVersion
from dynagent.core.shared.repository import BaseRepository


class AgentContextNotFound(NotFound):
    """The agent has no context."""

    code = "agent_context_not_found"


class AgentContextExists(Conflict):
    """The agent has a context already; change that one."""

    code = "agent_context_exists"


class AgentContextChangedMeanwhile(StaleVersion):
    """The caller's version of the context is not the current one; `extra` carries `current_version`."""

    code = "agent_context_changed_meanwhile"


class AgentContext(BaseModel):
    """What an agent always knows: a text or a JSON object. `version` counts its changes, from 1."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    agent_id: str
    content: dict[str, Any] | str
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def changed(self, content: dict[str, Any] | str, *, expected_version: int | None, now: datetime) -> "AgentContext":
        """Return it with another content. Raises AgentContextChangedMeanwhile."""
        self.check_version(expected_version)
        updates = {"content": content, "version": self.version + 1, "updated_at": later(now, self.updated_at)}
        return self.model_copy(update=updates)

    def check_version(self, expected_version: int | None) -> None:
        """Refuse with AgentContextChangedMeanwhile when the caller speaks of another version (None: any)."""
        if expected_version not in (None, self.version):
            raise AgentContextChangedMeanwhile(
                f"the context of agent {self.agent_id} is at version {self.version}, not {expected_version}",
                extra={"current_version": self.version},
            )


class AgentContexts(BaseRepository[AgentContext]):
    """The contexts of the owner's agents, at most one for each."""

    noun = "agent context"
    not_found = AgentContextNotFound

    async def of_agent(self, agent_id: str) -> AgentContext | None:
        """Return the agent's context, or None."""
        raise NotImplementedError
