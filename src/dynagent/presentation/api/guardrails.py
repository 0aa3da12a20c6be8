"""Routes of the guardrails of agents."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.guardrails import AddGuardrail, ChangeGuardrail, RemoveGuardrail
from dynagent.application.queries.guardrails import ListGuardrails
from dynagent.core.guardrails import Guardrail
from dynagent.core.shared.guards import Action, Kind, Stage
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.contexts import Bounded
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")

Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"\S")]
Config = Annotated[
    dict[str, Any],
    Bounded,
    Field(
        description="By kind: max_length `max_chars`; regex_allow and regex_deny `pattern`; json_schema `json_schema`; "
        "pii `entities` of email, phone, card, iban; prompt_injection `phrases`; llm_judge `instructions`, `model`. "
        "For the stage tool_call besides: `tools`, the names of those whose calls are looked at.",
        examples=[{"max_chars": 4000}],
    ),
]
HoldBack = Annotated[
    bool, Field(description="For the stage output: no text is streamed before the guardrail has passed it.")
]


class GuardrailBody(BaseModel):
    """A rule that what an agent is asked, says or calls must pass."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Kind
    stage: Stage
    action: Action = "block"
    config: Config = Field(default_factory=dict)
    hold_back: HoldBack = True
    enabled: bool = True


class GuardrailChanges(BaseModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    kind: Kind | None = None
    stage: Stage | None = None
    action: Action | None = None
    config: Config | None = None
    hold_back: HoldBack | None = None
    enabled: bool | None = None


class GuardrailOut(BaseModel):
    """A guardrail of an agent."""

    id: str
    guardrail_id: str
    agent_id: str
    name: str
    kind: Kind
    stage: Stage
    action: Action
    config: dict[str, Any]
    hold_back: bool
    enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, guardrail: Guardrail) -> "GuardrailOut":
        """Return the answer for a guardrail."""
        return cls.model_construct(**guardrail.model_dump(exclude={"user_id"}), guardrail_id=guardrail.id)


class GuardrailList(Envelope):
    """A page of an agent's guardrails, newest first."""

    guardrails: list[GuardrailOut]

    @classmethod
    def of(cls, page: Page[Guardrail]) -> "GuardrailList":
        """Return the answer for a page."""
        return cls(guardrails=[GuardrailOut.of(item) for item in page.items], **page_fields(page))


@router.post("/{agent_id}/guardrails", status_code=201, operation_id="add_guardrail", summary="Add a guardrail")
async def add_guardrail(agent_id: str, body: GuardrailBody, response: Response, ask: Ask) -> GuardrailOut:
    """Give an agent a rule that its input, output or tool calls must pass; it counts for runs that begin afterwards."""
    guardrail = await ask(AddGuardrail(agent_id=agent_id, **dict(body)))
    response.headers["Location"] = f"/api/v1/agents/{guardrail.agent_id}/guardrails/{guardrail.id}"
    return GuardrailOut.of(guardrail)


@router.get("/{agent_id}/guardrails", operation_id="list_guardrails", summary="List an agent's guardrails")
async def list_guardrails(agent_id: str, request: Request, response: Response, page: PageOf, ask: Ask) -> GuardrailList:
    """Give an agent's guardrails, newest first."""
    found = await ask(ListGuardrails(agent_id, page))
    link_next(request, response, found)
    return GuardrailList.of(found)


@router.put("/{agent_id}/guardrails/{guardrail_id}", operation_id="change_guardrail", summary="Change a guardrail")
async def change_guardrail(agent_id: str, guardrail_id: str, body: GuardrailChanges, ask: Ask) -> GuardrailOut:
    """Change fields of a guardrail."""
    sent = {name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None}
    return GuardrailOut.of(await ask(ChangeGuardrail(agent_id, guardrail_id, sent)))


@router.delete(
    "/{agent_id}/guardrails/{guardrail_id}",
    status_code=204,
    operation_id="remove_guardrail",
    summary="Remove a guardrail",
)
async def remove_guardrail(agent_id: str, guardrail_id: str, ask: Ask) -> None:
    """Take a guardrail away; runs that begin afterwards go without."""
    await ask(RemoveGuardrail(agent_id, guardrail_id))
