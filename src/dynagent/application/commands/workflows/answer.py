"""Answering what a step of a workflow asks a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import ExecutionNotFound, Executions
from dynagent.core.runs import Answer, Interrupt, InterruptExpired, NothingToAnswer, Notifier, Run, RunStatus
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import TaskExecution, TaskNotFound, WorkflowExecutions

CheckSchema = Callable[[dict[str, Any], Any], tuple[Any, Sequence[Violation]]]
"""The port: (schema, value) → the value made storable, and its misfits with pointers inside the value."""


@dataclass(frozen=True)
class AnswerTask(
    Command[Run],
    needs="executions:run",
    raises=(ExecutionNotFound, TaskNotFound, NothingToAnswer, InterruptExpired, InvalidInput),
):
    """Give a step of a workflow's run the input that it waits for; the step is named by task, node or key.

    Raises ExecutionNotFound, TaskNotFound, NothingToAnswer, InterruptExpired, InvalidInput for what the form refuses.
    """

    execution_id: str
    task: str
    input: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTaskHandler:
    """Handles AnswerTask."""

    runs: WorkflowExecutions
    executions: Executions
    uow: UnitOfWork
    notifier: Notifier
    check_schema: CheckSchema
    clock: Clock = utc_now

    async def __call__(self, message: AnswerTask, caller: Caller) -> Run:
        """Return the run of the workflow; its step goes on."""
        run = await self.runs.get(message.execution_id)
        if run is None:
            raise ExecutionNotFound(f"there is no execution of a workflow {message.execution_id!r}")
        step = self._waiting(await self.runs.tasks(run.id), message)
        question = next((item for item in await self.executions.interrupts(step.id) if item.answer is None), None)
        if question is None:
            raise NothingToAnswer(f"step {step.name!r} asks nothing (any more)")
        answered = self._answered(question, message.input, caller)
        changed = await self.executions.answer(step.id, [answered])
        if changed is None:
            raise NothingToAnswer("somebody else answered first; read the execution again")
        await self.uow.commit()
        await self.notifier.notify(changed.id, changed.lane)
        return run

    def _waiting(self, steps: Sequence[TaskExecution], message: AnswerTask) -> TaskExecution:
        named = [step for step in steps if message.task in (step.task_id, step.step, step.key, step.id)]
        if not named:
            raise TaskNotFound(f"the execution has no step {message.task!r}")
        waiting = [step for step in named if step.kind == "human_input" and step.status is RunStatus.WAITING]
        if not waiting:
            raise NothingToAnswer(f"step {message.task!r} waits for nobody")
        return waiting[0]

    def _answered(self, question: Interrupt, value: Any, caller: Caller) -> Interrupt:
        question.check_in_time()
        given, misfits = self.check_schema(question.response_schema, {"decision": "submit", "result": value})
        if misfits:
            violations = [
                Violation("/input" + item.pointer.removeprefix("/result"), item.rule, item.detail) for item in misfits
            ]
            raise InvalidInput("the input does not fit the form of the question", violations=violations)
        return question.answered(Answer.model_validate(given), by=caller.user_id, now=self.clock())
