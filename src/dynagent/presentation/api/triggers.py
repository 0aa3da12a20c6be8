"""Routes of triggers, and the one to which signed messages are sent."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.executions import StartExecution
from dynagent.application.commands.triggers import (
    ChangeTrigger,
    CreateTrigger,
    RemoveTrigger,
    RotateTriggerSecret,
    SecretOfTrigger,
)
from dynagent.application.commands.workflows.start import StartWorkflow
from dynagent.application.queries.triggers import GetTrigger, ListTriggers, ReadDelivery
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.paging import Page
from dynagent.core.triggers import SignedMessage, Trigger
from dynagent.presentation.api.shared.auth import address_of
from dynagent.presentation.api.shared.dependencies import Ask, Asker
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.visitors import AskAsVisitor

router = noun_router("triggers", "Triggers")
hooks = noun_router("hooks", "Triggers")

STARTS = frozenset({"executions:run"})
"""What a message may do in the name of the trigger's owner."""

Name = Annotated[str, Field(min_length=1, max_length=255)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Template = Annotated[
    str,
    Field(
        max_length=20_000,
        description="What an agent is asked, with `{{ payload.order.id }}` or `{name}`; empty: the payload as it is.",
        examples=["Summarise {{ payload.issue.title }}"],
    ),
]
Paths = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=500, pattern=r"^payload(\.|$| )")]],
    Field(
        max_length=100,
        description="Inputs of a workflow by name, from paths in the message; none: all of it as `payload`.",
        examples=[{"topic": "payload.issue.title"}],
    ),
]
Window = Annotated[int, Field(ge=10, le=86_400, strict=True, description="Seconds a message may be old, or early.")]


class TriggerBody(BaseModel):
    """What signed messages start: an agent or a workflow."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    agent_id: Id | None = None
    workflow_id: Id | None = None
    query: Template = ""
    inputs: Paths = Field(default_factory=dict)
    replay_window_s: Window = 300
    enabled: bool = True


class TriggerChanges(BaseModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    query: Template | None = None
    inputs: Paths | None = None
    replay_window_s: Window | None = None
    enabled: bool | None = None


class TriggerOut(BaseModel):
    """A trigger. Messages are sent to `url`, signed as Standard Webhooks are. Times are ISO 8601 in UTC."""

    id: str
    trigger_id: str
    name: str
    agent_id: str | None
    workflow_id: str | None
    query: str
    inputs: dict[str, str]
    replay_window_s: int
    enabled: bool
    url: str = Field(description="The path that messages are sent to.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, trigger: Trigger) -> "TriggerOut":
        """Return the answer for a trigger."""
        return cls.model_construct(**_fields(trigger))


class TriggerSecretOut(TriggerOut):
    """A trigger with its secret, which is shown this once."""

    secret: str = Field(description="`whsec_` and Base64; kept encrypted, and never shown again.")

    @classmethod
    def of_secret(cls, made: SecretOfTrigger) -> "TriggerSecretOut":
        """Return the answer for a trigger and its secret."""
        return cls.model_construct(**_fields(made.trigger), secret=made.secret)


class TriggerList(Envelope):
    """A page of triggers, newest first."""

    triggers: list[TriggerOut]

    @classmethod
    def of(cls, page: Page[Trigger]) -> "TriggerList":
        """Return the answer for a page."""
        return cls.model_construct(triggers=[TriggerOut.of(item) for item in page.items], **page_fields(page))


class DeliveryOut(BaseModel):
    """What a message has started; the same message again gives the same execution."""

    execution_id: str
    kind: Literal["agent", "workflow"]


@router.post("", status_code=201, operation_id="create_trigger", summary="Create a trigger")
async def create_trigger(body: TriggerBody, response: Response, ask: Ask) -> TriggerSecretOut:
    """Have signed messages start an agent or a workflow; the answer has the secret, this once."""
    made = await ask(CreateTrigger(**dict(body)))
    response.headers["Location"] = f"/api/v1/triggers/{made.trigger.id}"
    return TriggerSecretOut.of_secret(made)


@router.get("", operation_id="list_triggers", summary="List triggers")
async def list_triggers(request: Request, response: Response, page: PageOf, ask: Ask) -> TriggerList:
    """Give your triggers, newest first."""
    found = await ask(ListTriggers(page))
    link_next(request, response, found)
    return TriggerList.of(found)


@router.get("/{trigger_id}", operation_id="get_trigger", summary="Get a trigger")
async def get_trigger(trigger_id: str, ask: Ask) -> TriggerOut:
    """Give one trigger."""
    return TriggerOut.of(await ask(GetTrigger(trigger_id)))


@router.patch("/{trigger_id}", operation_id="change_trigger", summary="Change or switch off a trigger")
async def change_trigger(trigger_id: str, body: TriggerChanges, ask: Ask) -> TriggerOut:
    """Change what is given."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    return TriggerOut.of(await ask(ChangeTrigger(trigger_id, changes)))


@router.post("/{trigger_id}/rotate", operation_id="rotate_trigger_secret", summary="Give a trigger another secret")
async def rotate_trigger_secret(trigger_id: str, ask: Ask) -> TriggerSecretOut:
    """Make another secret; what is signed with the old one is refused from now on."""
    return TriggerSecretOut.of_secret(await ask(RotateTriggerSecret(trigger_id)))


@router.delete("/{trigger_id}", status_code=204, operation_id="remove_trigger", summary="Remove a trigger")
async def remove_trigger(trigger_id: str, ask: Ask) -> None:
    """Remove it; what it has started stays."""
    await ask(RemoveTrigger(trigger_id))


@hooks.post("/{trigger_id}", status_code=202, operation_id="receive_message", summary="Send a message to a trigger")
async def receive_message(
    *,
    trigger_id: str,
    request: Request,
    ask: AskAsVisitor,
    webhook_id: Annotated[str | None, Header(max_length=200)] = None,
    webhook_timestamp: Annotated[str | None, Header(max_length=20)] = None,
    webhook_signature: Annotated[str | None, Header(max_length=2000)] = None,
) -> DeliveryOut:
    """Start what the trigger says, once for each `webhook-id`; the body is any JSON, signed by Standard Webhooks."""
    signed = SignedMessage(await request.body(), webhook_id, webhook_timestamp, webhook_signature)
    delivery = await ask(ReadDelivery(trigger_id, signed))
    owner = Caller(delivery.user_id, delivery.roles, scopes=STARTS, address=address_of(request))
    start = Asker(request.app.state.bus, owner)
    if delivery.workflow_id is not None:
        run = await start(
            StartWorkflow(
                workflow_id=delivery.workflow_id, inputs=delivery.inputs, lane="batch", idempotency_key=delivery.key
            )
        )
        return DeliveryOut(execution_id=run.id, kind="workflow")
    message = StartExecution(
        agent_id=delivery.agent_id or "", query=delivery.query, lane="batch", idempotency_key=delivery.key
    )
    return DeliveryOut(execution_id=(await start(message)).execution.id, kind="agent")


def _fields(trigger: Trigger) -> dict[str, Any]:
    fields = trigger.model_dump(exclude={"user_id", "secret_encrypted"})
    return fields | {"trigger_id": trigger.id, "url": f"/api/v1/hooks/{trigger.id}"}
