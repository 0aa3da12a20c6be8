"""Cancelling an execution."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Cancelling, Execution, ExecutionNotFound, ExecutionOver, Executions


@dataclass(frozen=True)
class CancelExecution(Command[Execution], needs="executions:run", raises=(ExecutionNotFound, ExecutionOver)):
    """Stop an execution and all that it has started, wherever it runs.

    Raises ExecutionNotFound, ExecutionOver once it has ended.
    """

    execution_id: str


@dataclass(frozen=True, slots=True)
class CancelExecutionHandler:
    """Handles CancelExecution."""

    executions: Executions
    cancelling: Cancelling

    async def __call__(self, message: CancelExecution, caller: Caller) -> Execution:
        """Return the execution as marked: cancelled at once when nobody runs it, else about to be."""
        execution = await self.executions.existing(message.execution_id)
        execution.check_cancellable()
        marked = await self.cancelling.cancel(execution.id)
        return marked[0].execution if marked else execution
