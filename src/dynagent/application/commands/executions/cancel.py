"""Cancelling an execution."""

from dataclasses import dataclass

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import Execution, ExecutionNotFound, Executions
from dynagent.core.runs import CancelSignal
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CancelExecution(Returns[Execution]):
    """Stop an execution and all that it has started, wherever it runs.

    Raises ExecutionNotFound, ExecutionOver once it has ended.
    """

    execution_id: str


class CancelExecutionHandler:
    """Handles CancelExecution."""

    def __init__(self, executions: Executions, uow: UnitOfWork, signal: CancelSignal) -> None:
        self._executions = executions
        self._uow = uow
        self._signal = signal

    async def __call__(self, message: CancelExecution, caller: Caller) -> Execution:
        """Return the execution as marked: cancelled at once when nobody runs it, else about to be."""
        execution = await self._executions.get_by_id(message.execution_id) if is_id(message.execution_id) else None
        if execution is None:
            raise ExecutionNotFound(f"there is no execution {message.execution_id!r}")
        execution.check_cancellable()
        marked = await self._executions.request_cancel(execution.id)
        await self._uow.commit()
        # What it has started runs wherever there was room: each worker is told of its own.
        for id in dict.fromkeys((execution.id, *(marked.running if marked else ()))):
            await self._signal.announce(id)
        return marked.execution if marked else execution
