"""Routes of an agent's context: one document that each of its runs is given."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.agents.context import AddAgentContext, RemoveAgentContext, SetAgentContext
from dynagent.application.queries.agents import GetAgentContext
from dynagent.core.agents import AgentContext
from dynagent.presentation.api.shared.contexts import MAX_CONTEXT_BYTES, Bounded
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Content = Annotated[
    dict[str, Any] | Text,
    Bounded,
    Field(
        description=f"A text or an object; at most {MAX_CONTEXT_BYTES:,} bytes of JSON. It is shown to the model: "
        "no secrets.",
        examples=[{"company": "Example Ltd", "currency": "EUR"}],
    ),
]


class AgentContextBody(BaseModel):
    """What the agent is to know in every run."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class AgentContextOut(BaseModel):
    """The context of an agent. Its ETag is its version."""

    agent_id: str
    content: dict[str, Any] | str
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, context: AgentContext) -> "AgentContextOut":
        """Return the answer for a context."""
        return cls.model_construct(**context.model_dump(exclude={"id", "user_id"}))


@router.post("/{agent_id}/context", status_code=201, operation_id="add_agent_context", summary="Add an agent's context")
async def add_agent_context(agent_id: str, body: AgentContextBody, response: Response, ask: Ask) -> AgentContextOut:
    """Give an agent a context; it goes into the prompt of every run that begins afterwards."""
    added = await ask(AddAgentContext(agent_id, body.content))
    response.headers["Location"] = f"/api/v1/agents/{added.agent_id}/context"
    return _answer(added, response)


@router.get("/{agent_id}/context", operation_id="get_agent_context", summary="Get an agent's context")
async def get_agent_context(agent_id: str, response: Response, ask: Ask) -> AgentContextOut:
    """Give the context; 404 when the agent has none."""
    return _answer(await ask(GetAgentContext(agent_id)), response)


@router.put("/{agent_id}/context", operation_id="set_agent_context", summary="Set an agent's context")
async def set_agent_context(
    agent_id: str, body: AgentContextBody, response: Response, matched: MatchedVersion, ask: Ask
) -> AgentContextOut:
    """Replace the context, or add it where there is none."""
    return _answer(await ask(SetAgentContext(agent_id, body.content, matched)), response)


@router.delete(
    "/{agent_id}/context", status_code=204, operation_id="remove_agent_context", summary="Remove an agent's context"
)
async def remove_agent_context(agent_id: str, ask: Ask) -> None:
    """Take the context away; runs that begin afterwards go without."""
    await ask(RemoveAgentContext(agent_id))


def _answer(context: AgentContext, response: Response) -> AgentContextOut:
    set_version(response, context.version)
    return AgentContextOut.of(context)
