"""Questions about what the model calls of an execution were sent."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import ExecutionNotFound, Executions, StoredModelCalls
from dynagent.core.runs import ModelCallContent, ModelCallNotFound, ModelCallSummary
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListModelCalls(Query[Page[ModelCallSummary]], needs="executions:read", raises=(ExecutionNotFound,)):
    """A page of an execution's model calls, in the order they were first sent. Raises ExecutionNotFound."""

    execution_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetModelCall(Query[ModelCallContent], needs="executions:read", raises=(ExecutionNotFound, ModelCallNotFound)):
    """One model call with all that was sent. Raises ExecutionNotFound, ModelCallNotFound."""

    execution_id: str
    number: int


@dataclass(frozen=True, slots=True)
class ListModelCallsHandler:
    """Handles ListModelCalls."""

    executions: Executions
    stored: StoredModelCalls

    async def __call__(self, message: ListModelCalls, caller: Caller) -> Page[ModelCallSummary]:
        """Return the page."""
        execution = await self.executions.existing(message.execution_id)
        return await self.stored.list(execution.id, message.page)


@dataclass(frozen=True, slots=True)
class GetModelCallHandler:
    """Handles GetModelCall."""

    executions: Executions
    stored: StoredModelCalls

    async def __call__(self, message: GetModelCall, caller: Caller) -> ModelCallContent:
        """Return the call."""
        execution = await self.executions.existing(message.execution_id)
        call = await self.stored.get(execution.id, message.number)
        if call is None:
            raise ModelCallNotFound(
                f"execution {execution.id} has no model call number {message.number}, "
                "or what it was sent is not kept (TRACE_MODEL_CALLS)"
            )
        return call
