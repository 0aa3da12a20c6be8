"""Routes of an execution's model calls: what was really sent."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from dynagent.application.queries.executions.model_calls import GetModelCall, ListModelCalls
from dynagent.core.runs import ModelCallContent, ModelCallSummary
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.owners import AskToRead
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router: APIRouter = noun_router("executions", "Executions")

CallNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ModelCallOut(BaseModel):
    """One call of a model, as it was sent last."""

    number: int = Field(description="From 1, in the order the calls of the run were first sent.")
    call_key: str = Field(description="Key of the call, its span in the trace; calls of tools are below the tool's.")
    attempt: int = Field(description="The attempt at the execution that sent it; 0: taken over from another.")
    tries: int = Field(description="How often that attempt sent it.")
    sent_at: datetime = Field(description="When it was first sent.")
    lane: str = Field(description="The client that sent it: wire, langchain or demo.")
    model: str = Field(description="The model's name as the endpoint was told.")
    left_out: tuple[str, ...] = Field(description="Parameters that the endpoint has refused before and was not sent.")
    message_count: int
    tool_count: int
    bytes: int = Field(description="Size of messages, tools and parameters as JSON.")
    complete: bool = Field(description="False: a part was too large to be kept whole.")

    @classmethod
    def of(cls, call: ModelCallSummary) -> "ModelCallOut":
        """Return the answer for a call."""
        return cls(**_fields(call))


class ModelCallDetails(ModelCallOut):
    """A call with its messages, tools and parameters in the endpoint's own form; keys are masked."""

    messages: list[Any] = Field(description="Null in the place of one that is not kept.")
    tools: list[Any]
    parameters: dict[str, Any]

    @classmethod
    def of_content(cls, call: ModelCallContent) -> "ModelCallDetails":
        """Return the answer for a call and all that was sent."""
        return cls(
            **_fields(call.summary),
            messages=list(call.messages),
            tools=list(call.tools),
            parameters=call.parameters,
        )


class ModelCallList(Envelope):
    """A page of the model calls of an execution, in the order they were first sent."""

    model_calls: list[ModelCallOut]

    @classmethod
    def of(cls, page: Page[ModelCallSummary]) -> "ModelCallList":
        """Return the answer for a page."""
        return cls(model_calls=[ModelCallOut.of(item) for item in page.items], **page_fields(page))


@router.get("/{execution_id}/model-calls", operation_id="list_model_calls", summary="List an execution's model calls")
async def list_model_calls(
    request: Request, response: Response, execution_id: str, page: PageOf, ask: AskToRead
) -> ModelCallList:
    """Give the calls of models that a run has made so far, those of its tools too, without their messages."""
    found = await ask(ListModelCalls(execution_id, page))
    link_next(request, response, found)
    return ModelCallList.of(found)


@router.get("/{execution_id}/model-calls/{number}", operation_id="get_model_call", summary="Get a model call")
async def get_model_call(execution_id: str, number: CallNumber, ask: AskToRead) -> ModelCallDetails:
    """Give what a model was really sent: messages, tools offered and parameters."""
    return ModelCallDetails.of_content(await ask(GetModelCall(execution_id, number)))


def _fields(call: ModelCallSummary) -> dict[str, Any]:
    fields = {name: getattr(call, name) for name in ModelCallOut.model_fields if hasattr(call, name)}
    return {**fields, "message_count": call.messages, "tool_count": call.tools}
