"""Agents as JSON: what is sent to us, what we answer. Flat, with the names of all seeds (C-05, C-44)."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dynagent.application.commands.agents import StatusChange
from dynagent.core.agents import Agent, AgentConfiguration, AgentKind, AgentStatus, AgentVersion, Visibility
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields

AgentName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class AgentBody(AgentConfiguration):
    """An agent as you describe it; only `name` is required."""

    name: AgentName = Field(examples=["Math helper"])

    @model_validator(mode="before")
    @classmethod
    def _one_name_for_models(cls, body: Any) -> Any:
        """The seeds call the model `llm_name` and `llm_model_id`, too (C-34)."""
        if not isinstance(body, dict):
            return body
        given = cast("dict[str, Any]", body)
        other = next((name for name in ("llm_name", "llm_model_id") if name in given and "model" not in given), None)
        return given if other is None else {("model" if name == other else name): item for name, item in given.items()}


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class AgentChanges(AgentBody):
    """The fields to change; all others stay. `version` names the version that is changed (another one: 409)."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    name: AgentName = ""
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, without `version`."""
        return self.model_dump(exclude_unset=True, exclude={"version"})


class AgentOut(AgentConfiguration):
    """An agent as it is stored."""

    id: str
    agent_id: str
    user_id: str
    slug: str
    kind: AgentKind
    status: AgentStatus
    visibility: Visibility
    version: int
    llm_name: str | None
    created_at: datetime
    updated_at: datetime
    last_updated: datetime

    @classmethod
    def of(cls, agent: Agent) -> "AgentOut":
        """Return the answer for an agent."""
        return cls.model_construct(
            **dict(agent.configuration),
            id=agent.id,
            agent_id=agent.id,
            user_id=agent.user_id,
            slug=agent.slug,
            kind=agent.kind,
            status=agent.status,
            visibility=agent.visibility,
            version=agent.version,
            llm_name=agent.configuration.model,
            created_at=agent.created_at,
            updated_at=agent.updated_at,
            last_updated=agent.updated_at,
        )


class AgentList(Envelope):
    """A page of agents, newest first."""

    agents: list[AgentOut]

    @classmethod
    def of(cls, page: Page[Agent]) -> "AgentList":
        """Return the answer for a page."""
        return cls(agents=[AgentOut.of(agent) for agent in page.items], **page_fields(page))


class AgentRemoved(BaseModel):
    """What deleting an agent answers (C-31)."""

    message: str
    workflow_updated: bool = True


class AgentVersionOut(BaseModel):
    """One immutable version of an agent's configuration."""

    agent_id: str
    version: int
    configuration: AgentConfiguration
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, version: AgentVersion) -> "AgentVersionOut":
        """Return the answer for a version."""
        return cls.model_construct(**dict(version))


class AgentVersionList(Envelope):
    """The versions of an agent, newest first."""

    versions: list[AgentVersionOut]

    @classmethod
    def of(cls, page: Page[AgentVersion]) -> "AgentVersionList":
        """Return the answer for a page."""
        return cls(versions=[AgentVersionOut.of(version) for version in page.items], **page_fields(page))


class CloneBody(BaseModel):
    """How the copy is named; `<name> (copy)` when you do not say."""

    model_config = ConfigDict(extra="forbid")

    name: AgentName | None = None


class BulkBody(BaseModel):
    """Several agents to enable or disable at once."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, StringConstraints(min_length=1, max_length=100)]] = Field(min_length=1, max_length=500)
    action: Literal["enable", "disable"]


class BulkOut(BaseModel):
    """The agents as they are now, and the ids that named none."""

    agents: list[AgentOut]
    not_found: list[str]
    total: int

    @classmethod
    def of(cls, change: StatusChange) -> "BulkOut":
        """Return the answer for a change."""
        agents = [AgentOut.of(agent) for agent in change.agents]
        return cls(agents=agents, not_found=list(change.not_found), total=len(agents))


class RunBody(BaseModel):
    """A request to one agent (004's form of an execution)."""

    model_config = ConfigDict(extra="forbid")

    input: str = Field(min_length=1, max_length=100_000, examples=["Compute 23*19"])
    conversation_id: str | None = Field(default=None, min_length=1, max_length=200)
    context: dict[str, Any] = Field(default_factory=dict)
