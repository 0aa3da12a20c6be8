"""Routes that let an execution go on or run again: answer its questions, replay, retry, fork."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.executions.answer import AnswerInterrupts
from dynagent.application.commands.executions.repeat import RepeatExecution
from dynagent.application.commands.workflows.repeat import RepeatWorkflowRun
from dynagent.application.queries.executions.read import GetKindOfExecution, ListCheckpoints, ListInterrupts
from dynagent.core.executions import Execution
from dynagent.core.runs import Interrupt, Reason
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.workflows import KIND as WORKFLOW
from dynagent.presentation.api.executions.bodies import ExecutionSummary
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.owners import AskToRead
from dynagent.presentation.api.shared.paging import Envelope
from dynagent.presentation.api.shared.router import noun_router

router: APIRouter = noun_router("executions", "Executions")


class AnswersBody(BaseModel):
    """Answers by interrupt id; each must fit its interrupt's `response_schema`."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[str, Any], Field(min_length=1, max_length=100)]


class ForkBody(BaseModel):
    """Where the new execution parts from the old one, and what it believes instead.

    An agent's run parts after an event, a workflow's before a step, which is done again.
    """

    model_config = ConfigDict(extra="forbid")

    after_seq: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Of an agent's run the last event that is kept."
    )
    from_step: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Of a workflow's run the first step that is done again, by its key, node, task or name.",
    )
    edit: dict[str, Any] | None = Field(
        default=None,
        max_length=4,
        description="Of an agent's run changes to that event: `content` of a message, `result` of the end of a tool "
        "call. Of a workflow's run `steps`, outputs by step, and `inputs`, values by name.",
    )

    def of_agent(self, execution_id: str) -> RepeatExecution:
        """Return the command for an agent's run. Raises InvalidInput for what a workflow's has."""
        found: list[Violation] = []
        if self.from_step is not None:
            found.append(Violation("/from_step", "of_a_workflow", "an agent's run has no steps: say after_seq"))
        if self.after_seq is None:
            found.append(Violation("/after_seq", "missing", "say after which event of the log the runs part"))
        _refuse(found)
        return RepeatExecution(execution_id=execution_id, kind="fork", after_seq=self.after_seq, edit=self.edit)

    def of_workflow(self, execution_id: str) -> RepeatWorkflowRun:
        """Return the command for a workflow's run. Raises InvalidInput for what an agent's has."""
        found: list[Violation] = []
        if self.after_seq is not None:
            found.append(Violation("/after_seq", "of_an_agent", "a workflow's run parts at a step: say from_step"))
        if self.from_step is None:
            found.append(Violation("/from_step", "missing", "say which step is the first that is done again"))
        edit = self.edit or {}
        for name, value in edit.items():
            if name not in ("steps", "inputs"):
                found.append(Violation(f"/edit/{name}", "known_field", "it has `steps` and `inputs` only"))
            elif not isinstance(value, dict):
                found.append(Violation(f"/edit/{name}", "object", "it must be an object of values by name"))
        _refuse(found)
        return RepeatWorkflowRun(execution_id=execution_id, kind="fork", from_step=self.from_step, **edit)


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
    """Start a new execution of the same version of its agent or workflow with the same input."""
    if await ask(GetKindOfExecution(execution_id)) == WORKFLOW:
        return _started(response, await ask(RepeatWorkflowRun(execution_id=execution_id, kind="replay")))
    return _started(response, await ask(RepeatExecution(execution_id=execution_id, kind="replay")))


@router.post("/{execution_id}/retry", operation_id="retry_execution", summary="Retry the failed step", status_code=202)
async def retry_execution(execution_id: str, ask: Ask, response: Response) -> ExecutionSummary:
    """Start a new execution that takes over every finished step and goes on where the old one failed."""
    if await ask(GetKindOfExecution(execution_id)) == WORKFLOW:
        return _started(response, await ask(RepeatWorkflowRun(execution_id=execution_id, kind="retry")))
    return _started(response, await ask(RepeatExecution(execution_id=execution_id, kind="retry")))


@router.post("/{execution_id}/fork", operation_id="fork_execution", summary="Fork from a step", status_code=202)
async def fork_execution(execution_id: str, body: ForkBody, ask: Ask, response: Response) -> ExecutionSummary:
    """Start a new execution that takes over what is before an event or a step, edited if you like."""
    if await ask(GetKindOfExecution(execution_id)) == WORKFLOW:
        return _started(response, await ask(body.of_workflow(execution_id)))
    return _started(response, await ask(body.of_agent(execution_id)))


def _started(response: Response, execution: Execution) -> ExecutionSummary:
    response.headers["Location"] = f"/api/executions/{execution.id}"
    return ExecutionSummary.of(execution)


def _refuse(found: Sequence[Violation]) -> None:
    if found:
        raise InvalidInput("the fork cannot be made like this", violations=found)
