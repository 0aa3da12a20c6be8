"""Routes of the handoffs of agents."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.handoffs import AddHandoff, ChangeHandoff, RemoveHandoff
from dynagent.application.queries.handoffs import ListHandoffs
from dynagent.core.handoffs import Handoff
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.contexts import Bounded
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")

AgentId = Annotated[str, Field(min_length=1, max_length=100)]
Description = Annotated[
    str, Field(min_length=1, max_length=1000, pattern=r"\S", description="What the other agent is for, for the model.")
]
Condition = Annotated[
    dict[str, Any],
    Bounded,
    Field(
        description="When the system hands over, by the answer: `schema` (a JSON Schema) for the value at `path`, or "
        "an `expression` over `inputs`, `last` (the answer) and `steps`. Without one the model decides.",
        examples=[{"expression": "last.category == 'math'"}],
    ),
]
Path = Annotated[str, Field(min_length=1, max_length=500)]
MappedName = Annotated[str, Field(min_length=1, max_length=100)]
Mapping = Annotated[
    dict[MappedName, Path],
    Field(
        max_length=50,
        description="What the other agent is given besides: name in its context → path, as `last.category`.",
        examples=[{"category": "last.category"}],
    ),
]


class HandoffBody(BaseModel):
    """To whom an agent may hand over, and when."""

    model_config = ConfigDict(extra="forbid")

    target_agent_id: AgentId
    description: Description
    condition: Condition | None = None
    input_mapping: Mapping = Field(default_factory=dict)


class HandoffChanges(BaseModel):
    """The fields to change; the others stay. `condition` null leaves it to the model."""

    model_config = ConfigDict(extra="forbid")

    target_agent_id: AgentId | None = None
    description: Description | None = None
    condition: Condition | None = None
    input_mapping: Mapping | None = None


class HandoffOut(BaseModel):
    """A handoff of an agent."""

    id: str
    handoff_id: str
    agent_id: str
    target_agent_id: str
    description: str
    condition: dict[str, Any] | None
    input_mapping: dict[str, str]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, handoff: Handoff) -> "HandoffOut":
        """Return the answer for a handoff."""
        return cls.model_construct(**handoff.model_dump(exclude={"user_id"}), handoff_id=handoff.id)


class HandoffList(Envelope):
    """A page of an agent's handoffs, newest first."""

    handoffs: list[HandoffOut]

    @classmethod
    def of(cls, page: Page[Handoff]) -> "HandoffList":
        """Return the answer for a page."""
        return cls(handoffs=[HandoffOut.of(item) for item in page.items], **page_fields(page))


@router.post("/{agent_id}/handoffs", status_code=201, operation_id="add_handoff", summary="Add a handoff")
async def add_handoff(agent_id: str, body: HandoffBody, response: Response, ask: Ask) -> HandoffOut:
    """Let an agent hand over to another; it counts for runs that begin afterwards."""
    handoff = await ask(AddHandoff(agent_id=agent_id, **dict(body)))
    response.headers["Location"] = f"/api/v1/agents/{handoff.agent_id}/handoffs/{handoff.id}"
    return HandoffOut.of(handoff)


@router.get("/{agent_id}/handoffs", operation_id="list_handoffs", summary="List an agent's handoffs")
async def list_handoffs(agent_id: str, request: Request, response: Response, page: PageOf, ask: Ask) -> HandoffList:
    """Give an agent's handoffs, newest first."""
    found = await ask(ListHandoffs(agent_id, page))
    link_next(request, response, found)
    return HandoffList.of(found)


@router.put("/{agent_id}/handoffs/{handoff_id}", operation_id="change_handoff", summary="Change a handoff")
async def change_handoff(agent_id: str, handoff_id: str, body: HandoffChanges, ask: Ask) -> HandoffOut:
    """Change fields of a handoff."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if "condition" in body.model_fields_set and body.condition is None:
        changes["condition"] = None
    return HandoffOut.of(await ask(ChangeHandoff(agent_id, handoff_id, changes)))


@router.delete(
    "/{agent_id}/handoffs/{handoff_id}", status_code=204, operation_id="remove_handoff", summary="Remove a handoff"
)
async def remove_handoff(agent_id: str, handoff_id: str, ask: Ask) -> None:
    """Take a handoff away; runs that begin afterwards go without."""
    await ask(RemoveHandoff(agent_id, handoff_id))
