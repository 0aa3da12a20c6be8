"""The agent: its configuration, versions and status, which changes it allows, and the facts told about it."""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, NotFound, StaleVersion
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.secret_names import Change, Place, masked, unmasked, with_secrets

AgentKind = Literal["configured", "file", "dynamic", "builtin"]
AgentStatus = Literal["created", "active", "disabled", "error"]
Visibility = Literal["private", "shared", "public"]

OutputSchema = Annotated[
    dict[str, Any] | None,
    BeforeValidator(lambda given: json.loads(given) if isinstance(given, str) else given),
    Field(description="JSON Schema: answers are JSON that fits it, and kept as such."),
]
"""May be given as JSON text: that is how it is stored, because models write properties in the schema's own order."""

ModelName = Annotated[str, Field(min_length=1, max_length=200)]

MAX_TOOLS = 64
MAX_DEPENDENCIES = 64


class AgentNotFound(NotFound):
    """No agent under this id that the caller may see."""

    code = "agent_not_found"


class AgentSlugTaken(Conflict):
    """Two agents of one owner cannot have the same slug."""

    code = "agent_slug_taken"


class AgentDisabled(Conflict):
    """A disabled agent takes no runs."""

    code = "agent_disabled"


class AgentChangedMeanwhile(StaleVersion):
    """The caller's version is not the current one; `extra` carries `current_version`."""

    code = "agent_changed_meanwhile"


class KnowledgeBaseNotFound(NotFound):
    """An agent is to have a knowledge base that is not there."""

    code = "knowledge_base_not_found"


class AgentVersionNotFound(NotFound):
    """The agent has no version with this number."""

    code = "agent_version_not_found"


class ToolAttachment(BaseModel):
    """A tool with settings of its own: made into an object when a run is built."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    type: str = Field(min_length=1, max_length=64)
    config: dict[str, Any] = Field(default_factory=dict)


class AgentConfiguration(BaseModel):
    """Everything about an agent that its owner decides; one version of an agent is one of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=255)
    display_name: str | None = Field(default=None, max_length=255)
    description: str = Field(default="", max_length=4000)
    role: str = Field(default="", max_length=10_000)
    goal: str = Field(default="", max_length=10_000)
    backstory: str = Field(default="", max_length=20_000)
    instructions: str = Field(default="", max_length=100_000)
    model: str | None = Field(default=None, max_length=200)
    fallback_models: tuple[ModelName, ...] = Field(default=(), max_length=5)
    temperature: float = Field(default=0.2, ge=0, le=2, strict=True)
    tools: tuple[str, ...] = Field(default=(), max_length=MAX_TOOLS)
    tools_config: tuple[ToolAttachment, ...] = Field(default=(), max_length=MAX_TOOLS)
    requires_approval: tuple[str, ...] = Field(default=(), max_length=MAX_TOOLS)
    approval_timeout_s: float | None = Field(default=None, gt=0, le=31_536_000, strict=True)
    on_approval_timeout: Literal["reject", "fail"] | None = None
    context_overflow: Literal["summary", "cut", "fail"] | None = None
    dependencies: tuple[str, ...] = Field(default=(), max_length=MAX_DEPENDENCIES)
    fallback_agent_id: str | None = None
    verbose_flag: bool = Field(default=False, strict=True)
    memory_flag: bool = Field(default=False, strict=True)
    max_iter: int = Field(default=15, ge=1, le=100, strict=True)
    max_rpm: int | None = Field(default=None, ge=0, le=1_000_000, strict=True)
    run_timeout_s: float | None = Field(default=None, gt=0, le=86_400, strict=True)
    call_timeout_s: float | None = Field(default=None, gt=0, le=3_600, strict=True)
    config_data: dict[str, Any] = Field(default_factory=dict)
    output_schema: OutputSchema = None

    def shown(self) -> "AgentConfiguration":
        """Return it as it may be shown: without the values of secret settings (`api_key`)."""
        return self._with_settings(lambda settings, _existing, _place: masked(settings))

    def after(self, before: "AgentConfiguration") -> "AgentConfiguration":
        """Return it with the secrets of the version before where it repeats what that one showed of them."""
        return self._with_settings(lambda settings, existing, _place: unmasked(settings, existing), before)

    def with_secrets(self, change: Change, before: "AgentConfiguration | None" = None) -> "AgentConfiguration":
        """Return it with every secret setting changed; `before` is where kept values are looked up."""
        return self._with_settings(
            lambda settings, existing, place: with_secrets(settings, change, existing, place), before
        )

    def _with_settings(
        self,
        change: Callable[[dict[str, Any], dict[str, Any], Place], dict[str, Any]],
        before: "AgentConfiguration | None" = None,
    ) -> "AgentConfiguration":
        if not self.tools_config and not self.config_data:
            return self
        existing = {item.name: item.config for item in before.tools_config} if before else {}
        items = (
            item.model_copy(
                update={"config": change(item.config, existing.get(item.name, {}), ("tools_config", at, "config"))}
            )
            for at, item in enumerate(self.tools_config)
        )
        data = change(self.config_data, before.config_data if before else {}, ("config_data",))
        return self.model_copy(update={"tools_config": tuple(items), "config_data": data})

    def same_as(self, other: "AgentConfiguration") -> bool:
        """Say whether both say the same: `1` and `true` differ; order counts in the output schema only."""
        mine, theirs = (json.dumps(item.stored(), sort_keys=True) for item in (self, other))
        return mine == theirs

    def stored(self) -> dict[str, Any]:
        """Return it as JSON that keeps the order of the output schema, whatever it is stored in."""
        fields = self.model_dump(mode="json")
        if self.output_schema is not None:
            fields["output_schema"] = json.dumps(self.output_schema, ensure_ascii=False)
        return fields

    def all_tools(self) -> tuple[str, ...]:
        """Return the names of plain and configured tools, each once, in the owner's order."""
        return tuple(dict.fromkeys((*self.tools, *(attachment.name for attachment in self.tools_config))))

    def system_prompt(self) -> str:
        """Return the system text of a run: instructions first, then role, goal and backstory where given."""
        parts = [self.instructions]
        parts += [
            f"{label}: {text}"
            for label, text in (("Role", self.role), ("Goal", self.goal), ("Backstory", self.backstory))
            if text
        ]
        return "\n\n".join(part for part in parts if part)


class Agent(BaseModel):
    """An agent as stored: a configuration with identity, owner, status and version (from 1, +1 with each change)."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    slug: str
    kind: AgentKind = "configured"
    status: AgentStatus = "active"
    visibility: Visibility = "private"
    version: int = 1
    configuration: AgentConfiguration
    created_at: datetime
    updated_at: datetime

    @classmethod
    def create(cls, *, id: str, user_id: str, configuration: AgentConfiguration, now: datetime) -> "Agent":
        """Return a new active agent at version 1; its slug is derived from the name and the id's tail."""
        return cls(
            id=id,
            user_id=user_id,
            slug=make_slug(configuration.name, id),
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
        """Refuse with AgentDisabled unless runs may start."""
        if self.status == "disabled":
            raise AgentDisabled(f"agent {self.id} is disabled; enable it before running it")


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
    """An agent is gone."""

    name: ClassVar[str] = "agent.deleted"


def make_slug(name: str, id: str) -> str:
    """Return the identifier form of a name: ASCII words joined by `_`, made unique by the id's last six digits."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:48] or "agent"
    return f"{words}_{id[-6:]}"
