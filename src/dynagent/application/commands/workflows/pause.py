"""Pausing a run of a workflow, and having it go on."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import ExecutionNotFound, ExecutionOver, Executions
from dynagent.core.runs import Notifier, Run
from dynagent.core.shared.errors import Conflict
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import KIND, WorkflowExecutions, is_record


class NotPausable(Conflict):
    """Only a whole run of a workflow is paused; `extra` has its `kind`, and of a step the `root_run_id`."""

    code = "execution_not_pausable"


class NotPaused(Conflict):
    """The execution is not paused: there is nothing to continue."""

    code = "execution_not_paused"


@dataclass(frozen=True)
class PauseExecution(Command[Run], needs="executions:run", raises=(ExecutionNotFound, ExecutionOver, NotPausable)):
    """Begin nothing more of a workflow's run, on whatever worker; what runs goes on to its end.

    Time limits stand still meanwhile. One that is paused already stays as it is. Raises ExecutionNotFound,
    ExecutionOver, NotPausable.
    """

    execution_id: str


@dataclass(frozen=True)
class ContinueExecution(Command[Run], needs="executions:run", raises=(ExecutionNotFound, NotPausable, NotPaused)):
    """End the pause of a workflow's run. Raises ExecutionNotFound, NotPausable, NotPaused."""

    execution_id: str


@dataclass(frozen=True, slots=True)
class WholeRuns:
    """Finds the runs that can be paused."""

    executions: Executions

    async def existing(self, execution_id: str) -> Run:
        """Return a run of a workflow that is no step of another. Raises ExecutionNotFound, NotPausable."""
        run = await self.executions.existing(execution_id)
        if run.parent_run_id is not None:
            raise NotPausable(
                f"execution {run.id} is a step; pause the whole run {run.root_run_id}",
                extra={"kind": run.kind, "root_run_id": run.root_run_id},
            )
        if run.kind != KIND:
            raise NotPausable(f"execution {run.id} is no run of a workflow; cancel it", extra={"kind": run.kind})
        if is_record(run):
            raise NotPausable(f"execution {run.id} is run by another engine", extra={"kind": run.kind})
        return run


@dataclass(frozen=True, slots=True)
class PauseExecutionHandler:
    """Handles PauseExecution."""

    whole: WholeRuns
    runs: WorkflowExecutions
    uow: UnitOfWork

    async def __call__(self, message: PauseExecution, caller: Caller) -> Run:
        """Return the paused run."""
        run = await self.whole.existing(message.execution_id)
        paused = await self.runs.pause(run.id)
        if paused is None or paused.status.over or paused.cancel_requested:
            raise ExecutionOver(f"execution {run.id} has ended, or is about to; it cannot be paused")
        await self.uow.commit()
        return paused


@dataclass(frozen=True, slots=True)
class ContinueExecutionHandler:
    """Handles ContinueExecution."""

    whole: WholeRuns
    runs: WorkflowExecutions
    uow: UnitOfWork
    notifier: Notifier

    async def __call__(self, message: ContinueExecution, caller: Caller) -> Run:
        """Return the run as it goes on."""
        run = await self.whole.existing(message.execution_id)
        continued = await self.runs.go_on(run.id)
        if continued is None:
            raise NotPaused(f"execution {run.id} is {run.status.value} and not paused")
        await self.uow.commit()
        for id, lane in continued.due:
            await self.notifier.notify(id, lane)
        return continued.run
