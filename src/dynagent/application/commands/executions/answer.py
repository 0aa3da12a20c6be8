"""Answering the questions of a waiting execution; with the last answer it goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Execution, ExecutionNotFound, Executions
from dynagent.core.runs import (
    Answer,
    Interrupt,
    InterruptExpired,
    InterruptNotFound,
    NothingToAnswer,
    Notifier,
    RunStatus,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.unit_of_work import UnitOfWork

CheckSchema = Callable[[dict[str, Any], Any], tuple[Any, Sequence[Violation]]]
"""The port: (schema, value) → the value made storable, and its misfits with pointers inside the value."""


@dataclass(frozen=True)
class AnswerInterrupts(
    Command[Execution],
    needs="executions:run",
    raises=(ExecutionNotFound, InterruptNotFound, InterruptExpired, NothingToAnswer, InvalidInput),
):
    """Answer interrupts by their ids.

    Raises ExecutionNotFound, InterruptNotFound, InterruptExpired, NothingToAnswer, InvalidInput.
    """

    execution_id: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerInterruptsHandler:
    """Handles AnswerInterrupts."""

    executions: Executions
    uow: UnitOfWork
    _: KW_ONLY
    notifier: Notifier
    check_schema: CheckSchema
    clock: Clock = utc_now

    async def __call__(self, message: AnswerInterrupts, caller: Caller) -> Execution:
        """Store the answers, all or none, and return the execution: pending when nothing is open any more."""
        execution = await self.executions.existing(message.execution_id)
        known = await self._known(execution, message)
        if execution.status is not RunStatus.WAITING:
            raise NothingToAnswer(f"execution {execution.id} is {execution.status.value}, it waits for nobody")
        answered = [self._answered(known, id, value, caller) for id, value in message.answers.items()]
        changed = await self.executions.answer(execution.id, answered)
        if changed is None:
            await self._known(execution, message)
            raise NothingToAnswer("somebody else answered first; read the execution again")
        for item in answered:
            self._note(item)
        await self.uow.commit()
        if changed.status is RunStatus.PENDING:
            await self.notifier.notify(changed.id, changed.lane)
        return changed

    def _note(self, item: Interrupt) -> None:
        answer = item.answer
        self.uow.note(
            "interrupt.answered",
            ("execution", item.execution_id),
            interrupt_id=item.id,
            asked=item.reason,
            tool=item.value.get("tool"),
            decision=answer.decision if answer else None,
            reason=answer.reason if answer else None,
        )

    async def _known(self, execution: Execution, message: AnswerInterrupts) -> dict[str, Interrupt]:
        """Return its interrupts by id. Raises InterruptExpired when one that is to be answered has expired."""
        known = {item.id: item for item in await self.executions.interrupts(execution.id)}
        for id in message.answers.keys() & known.keys():
            known[id].check_in_time()
        return known

    def _answered(self, known: Mapping[str, Interrupt], id: str, value: Any, caller: Caller) -> Interrupt:
        interrupt = known.get(id)
        if interrupt is None:
            raise InterruptNotFound(f"the execution has no interrupt {id!r}")
        value, misfits = self.check_schema(interrupt.response_schema, value)
        if misfits:
            violations = [Violation(f"/answers/{id}{item.pointer}", item.rule, item.detail) for item in misfits]
            raise InvalidInput("the answer does not fit the interrupt's schema", violations=violations)
        return interrupt.answered(Answer.model_validate(value), by=caller.user_id, now=self.clock())
