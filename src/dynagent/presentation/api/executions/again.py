"""Routes that let an execution go on or run again: answer its questions, replay, retry, fork."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.executions.answer import AnswerInterrupts
from dynagent.application.commands.executions.repeat import RepeatExecution
from dynagent.application.queries.executions.read import ListCheckpoints, ListInterrupts
from dynagent.core.runs import Interrupt, Reason
from dynagent.presentation.api.executions.bodies import ExecutionSummary
from dynagent.presentation.api.shared.dependencies import Ask, Asker
from dynagent.presentation.api.shared.owners import AskToRead
from dynagent.presentation.api.shared.paging import Envelope
from dynagent.presentation.api.shared.router import noun_router

router: APIRouter = noun_router("executions", "Executions")


class AnswersBody(BaseModel):
    """Answers by interrupt id; each must fit its interrupt's `response_schema`."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[str, Any], Field(min_length=1, max_length=100)]


class ForkBody(BaseModel):
    """Where the new execution parts from the old one, and what it believes instead."""

    model_config = ConfigDict(extra="forbid")

    after_seq: int = Field(ge=1, le=2**31 - 1, description="The last event that is kept.")
    edit: dict[str, Any] | None = Field(
        default=None,
        max_length=4,
        description="Changes to that event: `content` of a message, `result` of the end of a tool call.",
    )


class InterruptOut(BaseModel):
    """A question about one tool call, and its answer once there is one."""

    id: str
    execution_id: str
    call_key: str
    reason: Reason
    value: dict[str, Any]
    response_schema: dict[str, Any]
    answer: dict[str, Any] | None
    answered_by: str | None
    answered_at: datetime | None
    created_at: datetime
    expires_at: datetime | None = Field(description="Nobody can answer it after this; null: it waits for ever.")
    on_expiry: Literal["reject", "fail"] | None = Field(description="What happens then to the call or the run.")
    expired: bool

    @classmethod
    def of(cls, interrupt: Interrupt) -> "InterruptOut":
        """Return the answer for an interrupt."""
        return cls.model_validate(interrupt.model_dump())


class InterruptList(Envelope):
    """All interrupts of an execution, oldest first."""

    interrupts: list[InterruptOut]

    @classmethod
    def of(cls, found: Sequence[Interrupt]) -> "InterruptList":
        """Return the answer for all of them."""
        return cls(interrupts=[InterruptOut.of(item) for item in found], total=len(found), skip=0, limit=len(found))


@router.get("/{execution_id}/interrupts", operation_id="list_interrupts", summary="Questions of an execution")
async def list_interrupts(execution_id: str, ask: AskToRead) -> InterruptList:
    """Give the questions a run has asked, answered or open."""
    found = await ask(ListInterrupts(execution_id))
    return InterruptList.of(found)


class CheckpointOut(BaseModel):
    """The state of the run's graph after a step."""

    thread_id: str
    iteration: int = Field(description="The step; -1: what the run began with.")
    timestamp: datetime
    state_data: dict[str, Any]


class CheckpointList(BaseModel):
    """Kept states, newest first."""

    checkpoints: list[CheckpointOut]


@router.get("/{execution_id}/checkpoints", operation_id="list_checkpoints", summary="Kept states of an execution")
async def list_checkpoints(
    execution_id: str, ask: AskToRead, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> CheckpointList:
    """Give the states that were kept of a run: by default of those that may wait for a person (`CHECKPOINTS`)."""
    found = await ask(ListCheckpoints(execution_id, limit))
    return CheckpointList(checkpoints=[CheckpointOut.model_validate(item.model_dump()) for item in found])


@router.post("/{execution_id}/resume", operation_id="resume_execution", summary="Answer questions")
async def resume_execution(execution_id: str, body: AnswersBody, ask: Ask) -> ExecutionSummary:
    """Store answers; with the last one the run goes on."""
    return ExecutionSummary.of(await ask(AnswerInterrupts(execution_id, body.answers)))


@router.post("/{execution_id}/replay", operation_id="replay_execution", summary="Run again", status_code=202)
async def replay_execution(execution_id: str, ask: Ask, response: Response) -> ExecutionSummary:
    """Start a new execution of the same agent version with the same input."""
    return await _repeat(ask, response, RepeatExecution(execution_id=execution_id, kind="replay"))


@router.post("/{execution_id}/retry", operation_id="retry_execution", summary="Retry the failed step", status_code=202)
async def retry_execution(execution_id: str, ask: Ask, response: Response) -> ExecutionSummary:
    """Start a new execution that takes over every finished step and goes on where the old one failed."""
    return await _repeat(ask, response, RepeatExecution(execution_id=execution_id, kind="retry"))


@router.post("/{execution_id}/fork", operation_id="fork_execution", summary="Fork from a step", status_code=202)
async def fork_execution(execution_id: str, body: ForkBody, ask: Ask, response: Response) -> ExecutionSummary:
    """Start a new execution that takes over the steps up to an event, edited if you like."""
    message = RepeatExecution(execution_id=execution_id, kind="fork", after_seq=body.after_seq, edit=body.edit)
    return await _repeat(ask, response, message)


async def _repeat(ask: Asker, response: Response, message: RepeatExecution) -> ExecutionSummary:
    execution = await ask(message)
    response.headers["Location"] = f"/api/executions/{execution.id}"
    return ExecutionSummary.of(execution)
