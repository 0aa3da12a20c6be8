"""Cancelling an execution."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Execution, ExecutionNotFound, ExecutionOver, Executions
from dynagent.core.runs import CancelSignal, Notifier
from dynagent.core.shared.unit_of_work import UnitOfWork


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
    uow: UnitOfWork
    signal: CancelSignal
    notifier: Notifier

    async def __call__(self, message: CancelExecution, caller: Caller) -> Execution:
        """Return the execution as marked: cancelled at once when nobody runs it, else about to be."""
        execution = await self.executions.existing(message.execution_id)
        execution.check_cancellable()
        marked = await self.executions.request_cancel(execution.id)
        await self.uow.commit()
        # What it has started runs wherever there was room: each worker is told of its own.
        for id in dict.fromkeys((execution.id, *(marked.running if marked else ()))):
            await self.signal.announce(id)
        for id, lane in marked.woken if marked else ():
            await self.notifier.notify(id, lane)
        return marked.execution if marked else execution
