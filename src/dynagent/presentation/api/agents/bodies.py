"""Agents as JSON: what is sent to us, what we answer. Flat, with the names of all seeds."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from dynagent.application.commands.agents import StatusChange
from dynagent.application.queries.agents import BaseNames, ModelFacts
from dynagent.core.agents import Agent, AgentConfiguration, AgentKind, AgentStatus, AgentVersion, FirstStatus
from dynagent.core.language_models import USUAL_TEMPERATURE
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields

NO_FACTS: ModelFacts = {}
NO_BASES: BaseNames = {}

AgentName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class AgentFields(AgentConfiguration):
    """An agent as you describe it; only `name` is required. The model may be given by one of three names."""

    name: AgentName = Field(examples=["Math helper"])
    llm_name: str | None = Field(default=None, max_length=200, description="Another word for `model`.")
    llm_model_id: UUID | None = Field(default=None, description="The id of a model that is kept, instead of a name.")
    associated_kb_ids: tuple[UUID, ...] | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if len(self.model_fields_set & _MODEL_NAMES) > 1:
            raise PydanticCustomError("one_model", "give one of model, llm_name and llm_model_id")
        return self

    def configuration(self) -> AgentConfiguration:
        """Return the agent's configuration."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in AgentConfiguration.model_fields}
        return AgentConfiguration.model_construct(None, **(fields | self._model()))

    def knowledge_base_ids(self) -> tuple[str, ...] | None:
        """Return the ids of the knowledge bases that the agent is to have, None where nothing is said of them."""
        return None if self.associated_kb_ids is None else tuple(map(str, self.associated_kb_ids))

    def _model(self) -> dict[str, str | None]:
        given = next(iter(self.model_fields_set & _MODEL_NAMES), None)
        value = None if given is None else getattr(self, given)
        return {} if given is None else {"model": None if value is None else str(value)}


_MODEL_NAMES = frozenset({"model", "llm_name", "llm_model_id"})
_OURS = frozenset({"llm_name", "llm_model_id", "associated_kb_ids", "version"})
"""Fields of bodies that are no fields of a configuration."""


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class AgentBody(AgentFields):
    """A new agent; `status` `created` makes a draft, which takes no runs until it is enabled."""

    status: FirstStatus = "active"


class AgentChanges(AgentFields):
    """The fields to change; all others stay. `version` names the version that is changed (another one: 409)."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    name: AgentName = ""
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, strict=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields of the configuration that were sent."""
        return self.model_dump(exclude_unset=True, exclude=set(_OURS)) | self._model()


class KnowledgeBaseOut(BaseModel):
    """A knowledge base that an agent has."""

    kb_id: str
    name: str


class AgentOut(AgentConfiguration):
    """An agent as it is stored. `llm_name` is the name of its model, also where it was chosen by `llm_model_id`."""

    id: str
    agent_id: str
    user_id: str
    slug: str
    kind: AgentKind
    status: AgentStatus
    version: int
    temperature: float = Field(description="What its runs ask with: its own, else its model's, else 0.2.")  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    llm_name: str | None
    llm_model_id: str | None
    knowledge_bases: tuple[KnowledgeBaseOut, ...]
    created_at: datetime
    updated_at: datetime
    last_updated: datetime

    @classmethod
    def of(cls, agent: Agent, models: ModelFacts = NO_FACTS, bases: BaseNames = NO_BASES) -> "AgentOut":
        """Return the answer for an agent; `models` has what is kept of the models that agents name."""
        model = agent.configuration.model
        facts = models.get(model or "")
        fields = dict(agent.configuration.shown())
        if fields["temperature"] is None:
            own = None if facts is None else facts.parameters.temperature
            fields["temperature"] = USUAL_TEMPERATURE if own is None else own
        return cls.model_construct(
            **fields,
            id=agent.id,
            agent_id=agent.id,
            user_id=agent.user_id,
            slug=agent.slug,
            kind=agent.kind,
            status=agent.status,
            version=agent.version,
            llm_name=model if facts is None else facts.name,
            llm_model_id=model if is_id(model or "") else None,
            knowledge_bases=tuple(KnowledgeBaseOut(kb_id=id, name=name) for id, name in bases.get(agent.id, ())),
            created_at=agent.created_at,
            updated_at=agent.updated_at,
            last_updated=agent.updated_at,
        )


class AgentList(Envelope):
    """A page of agents, newest first."""

    agents: list[AgentOut]

    @classmethod
    def of(cls, page: Page[Agent], models: ModelFacts, bases: BaseNames) -> "AgentList":
        """Return the answer for a page."""
        return cls(agents=[AgentOut.of(agent, models, bases) for agent in page.items], **page_fields(page))


class AgentRemoved(BaseModel):
    """What deleting an agent answers."""

    message: str
    workflow_updated: bool = Field(description="Whether it was among the agents that take runs: active, no draft.")


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
        shown = dict(version) | {"configuration": version.configuration.shown()}
        return cls.model_construct(None, **shown)


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
    def of(cls, change: StatusChange, models: ModelFacts, bases: BaseNames) -> "BulkOut":
        """Return the answer for a change."""
        agents = [AgentOut.of(agent, models, bases) for agent in change.agents]
        return cls(agents=agents, not_found=list(change.not_found), total=len(agents))
