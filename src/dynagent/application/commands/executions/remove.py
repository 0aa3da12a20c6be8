"""Removing an execution that has ended."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Execution, ExecutionNotFound, Executions, NotYetOver
from dynagent.core.shared.errors import Conflict
from dynagent.core.shared.unit_of_work import UnitOfWork


class PartOfAnother(Conflict):
    """The execution is a step of another, whose trace it belongs to; `extra` has the `root_run_id`."""

    code = "execution_is_a_step"


@dataclass(frozen=True)
class RemoveExecution(
    Command[Execution], needs="executions:run", raises=(ExecutionNotFound, NotYetOver, PartOfAnother)
):
    """Remove an execution with its trace and all that it has started. Returns what was removed.

    Raises ExecutionNotFound, NotYetOver while it has not ended, PartOfAnother for a step of another.
    """

    execution_id: str


@dataclass(frozen=True, slots=True)
class RemoveExecutionHandler:
    """Handles RemoveExecution."""

    executions: Executions
    uow: UnitOfWork

    async def __call__(self, message: RemoveExecution, caller: Caller) -> Execution:
        """Return the execution as it was."""
        execution = await self.executions.existing(message.execution_id)
        if execution.parent_run_id is not None:
            raise PartOfAnother(
                f"execution {execution.id} is a step; remove the whole run {execution.root_run_id}",
                extra={"root_run_id": execution.root_run_id},
            )
        if not execution.status.over:
            raise NotYetOver(f"execution {execution.id} is {execution.status.value}; cancel it or wait for its end")
        await self.executions.delete(execution.id)
        await self.uow.commit()
        return execution
