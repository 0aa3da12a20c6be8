"""The agent: its versions and status, which changes it allows, and the facts told about it."""

import re
import unicodedata
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.agents.configuration import AgentConfiguration
from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, NotFound, StaleVersion
from dynagent.core.shared.events import DomainEvent

AgentKind = Literal["configured", "file", "dynamic", "builtin"]
AgentStatus = Literal["created", "active", "disabled", "error"]
FirstStatus = Literal["created", "active"]
"""What a new agent is: ready, or a draft that takes no runs until it is enabled."""


class AgentNotFound(NotFound):
    """No agent under this id that the caller may see."""

    code = "agent_not_found"


class AgentSlugTaken(Conflict):
    """Two agents of one owner cannot have the same slug."""

    code = "agent_slug_taken"


class AgentDisabled(Conflict):
    """A disabled agent takes no runs, nor does a draft."""

    code = "agent_disabled"


class AgentChangedMeanwhile(StaleVersion):
    """The caller's version is not the current one; `extra` carries `current_version`."""

    code = "agent_changed_meanwhile"


class AgentVersionNotFound(NotFound):
    """The agent has no version with this number."""

    code = "agent_version_not_found"


class Agent(BaseModel):
    """An agent as stored: a configuration with identity, owner, status and version (from 1, +1 with each change)."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    slug: str
    kind: AgentKind = "configured"
    status: AgentStatus = "active"
    version: int = 1
    configuration: AgentConfiguration
    created_at: datetime
    updated_at: datetime

    @classmethod
    def create(
        cls,
        *,
        id: str,
        user_id: str,
        configuration: AgentConfiguration,
        now: datetime,
        status: FirstStatus = "active",
    ) -> "Agent":
        """Return a new agent at version 1; its slug is derived from the name and the id's tail."""
        return cls(
            id=id,
            user_id=user_id,
            slug=make_slug(configuration.name, id),
            status=status,
            configuration=configuration,
            created_at=now,
            updated_at=now,
        )

    def changed(self, configuration: AgentConfiguration, *, expected_version: int | None, now: datetime) -> "Agent":
        """Return the next version. Raises AgentChangedMeanwhile when `expected_version` is not the current one."""
        self.check_version(expected_version)
        return self.model_copy(
            update={
                "configuration": configuration,
                "version": self.version + 1,
                "updated_at": later(now, self.updated_at),
            }
        )

    def with_status(self, status: AgentStatus, *, now: datetime) -> "Agent":
        """Return the agent with another status; its configuration and version stay."""
        return self.model_copy(update={"status": status, "updated_at": later(now, self.updated_at)})

    def check_version(self, expected_version: int | None) -> None:
        """Refuse with AgentChangedMeanwhile when the caller speaks of another version (None: any)."""
        if expected_version is not None and expected_version != self.version:
            raise AgentChangedMeanwhile(
                f"agent {self.id} is at version {self.version}, the change was made against {expected_version}",
                extra={"current_version": self.version},
            )

    def check_runnable(self) -> None:
        """Refuse with AgentDisabled unless runs may start: a disabled agent and a draft take none."""
        if self.status == "disabled":
            raise AgentDisabled(f"agent {self.id} is disabled; enable it before running it")
        if self.status == "created":
            raise AgentDisabled(f"agent {self.id} is a draft; enable it before running it")


class AgentVersion(BaseModel):
    """One immutable version of an agent's configuration."""

    model_config = ConfigDict(frozen=True)

    agent_id: str
    version: int
    configuration: AgentConfiguration
    created_at: datetime
    created_by: str


class AgentFilter(BaseModel):
    """Which agents a list shows: `search` in name, description and slug; exact status, kind, tool and model."""

    model_config = ConfigDict(frozen=True)

    search: str | None = Field(default=None, max_length=200)
    status: AgentStatus | None = None
    kind: AgentKind | None = None
    tool: str | None = Field(default=None, max_length=64)
    model: str | None = Field(default=None, max_length=200)


class AgentEvent(DomainEvent):
    """Something happened to an agent."""

    name: ClassVar[str] = "agent.event"
    agent_id: str
    version: int


class AgentCreated(AgentEvent):
    """A new agent is there."""

    name: ClassVar[str] = "agent.created"


class AgentUpdated(AgentEvent):
    """An agent has a new version or status."""

    name: ClassVar[str] = "agent.updated"


class AgentDeleted(AgentEvent):
    """An agent is gone; `slug` and `agent_name` are what others may have called it by."""

    name: ClassVar[str] = "agent.deleted"
    slug: str = ""
    agent_name: str = ""


def make_slug(name: str, id: str) -> str:
    """Return the identifier form of a name: ASCII words joined by `_`, made unique by the id's last six digits."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:48] or "agent"
    return f"{words}_{id[-6:]}"
