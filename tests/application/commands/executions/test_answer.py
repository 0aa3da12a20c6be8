"""Answering what a waiting execution asks: all or nothing, by its schema, once; the last answer rings."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.application.commands.executions.answer import AnswerInterrupts, AnswerInterruptsHandler
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.executions import (
    Answer,
    Execution,
    ExecutionNotFound,
    ExecutionStatus,
    Interrupt,
    InterruptExpired,
    InterruptNotFound,
    NothingToAnswer,
)
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.tools.arguments import misfits
from tests.fakes.clock import FakeClock
from tests.fakes.executions import FakeExecutions, FakeNotifier
from tests.fakes.unit_of_work import FakeUnitOfWork

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Desk:
    """A waiting execution with two questions, and the ports of the handler."""

    executions: FakeExecutions = field(default_factory=FakeExecutions)
    uow: FakeUnitOfWork = field(default_factory=FakeUnitOfWork)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def __post_init__(self) -> None:
        self.execution = Execution(
            id=new_id(),
            user_id=LOCAL_ADMIN.user_id,
            agent_id=new_id(),
            agent_version=1,
            agent_name="A",
            query="q",
            lane="batch",
            status=ExecutionStatus.WAITING,
            created_at=NOON,
        )
        self.executions.stored[self.execution.id] = self.execution
        self.first, self.second = (self._ask(key) for key in ("k1", "k2"))

    def _ask(self, key: str) -> Interrupt:
        asked = Interrupt.ask("approval", execution_id=self.execution.id, call_key=key, value={}, now=NOON)
        self.executions.questions[asked.id] = asked
        return asked

    async def answer(self, answers: dict[str, Any], id: str | None = None) -> Execution:
        """Send the message."""
        handler = AnswerInterruptsHandler(
            self.executions, self.uow, notifier=self.notifier, check_schema=misfits, clock=FakeClock()
        )
        return await handler(AnswerInterrupts(id or self.execution.id, answers), LOCAL_ADMIN)


async def test_a_part_of_the_answers_leaves_it_waiting_and_the_last_one_notifies():
    desk = Desk()
    assert (await desk.answer({desk.first.id: {"decision": "approve"}})).status is ExecutionStatus.WAITING
    assert (desk.uow.commits, desk.notifier.notified) == (1, [])
    changed = await desk.answer({desk.second.id: {"decision": "edit", "arguments": {"a": "\0"}}})
    assert changed.status is ExecutionStatus.PENDING
    assert (desk.uow.commits, desk.notifier.notified) == (2, [(desk.execution.id, "batch")])
    kept = desk.executions.questions[desk.second.id]
    assert kept.answer == Answer(decision="edit", arguments={"a": "\ufffd"})
    assert kept.answered_by == LOCAL_ADMIN.user_id
    assert kept.answered_at is not None


async def test_a_misfit_names_its_place_and_nothing_is_stored():
    desk = Desk()
    answers = {desk.first.id: {"decision": "approve"}, desk.second.id: {"decision": "edit"}}
    with pytest.raises(InvalidInput) as refused:
        await desk.answer(answers)
    assert [item.pointer for item in refused.value.violations] == [f"/answers/{desk.second.id}/arguments"]
    assert desk.executions.questions[desk.first.id].answer is None
    assert desk.uow.commits == 0
    with pytest.raises(InvalidInput):
        await desk.answer({desk.first.id: "approve"})


async def test_what_is_not_there_cannot_be_answered():
    desk = Desk()
    approve = {"decision": "approve"}
    for id in (new_id(), "nonsense"):
        with pytest.raises(ExecutionNotFound):
            await desk.answer({desk.first.id: approve}, id=id)
    with pytest.raises(InterruptNotFound):
        await desk.answer({desk.first.id: approve, "other": approve})
    assert desk.uow.commits == 0


async def test_a_question_is_answered_once():
    desk = Desk()
    await desk.answer({desk.first.id: {"decision": "approve"}})
    with pytest.raises(NothingToAnswer):
        await desk.answer({desk.first.id: {"decision": "reject"}})
    await desk.answer({desk.second.id: {"decision": "approve"}})
    with pytest.raises(NothingToAnswer, match="waits for nobody"):
        await desk.answer({desk.second.id: {"decision": "reject"}})


async def test_who_comes_second_is_told_so(monkeypatch: pytest.MonkeyPatch):
    desk = Desk()

    async def lost(id: str, answered: object) -> None:
        return None

    monkeypatch.setattr(desk.executions, "answer", lost)
    with pytest.raises(NothingToAnswer, match="somebody else"):
        await desk.answer({desk.first.id: {"decision": "approve"}})
    assert (desk.uow.commits, desk.notifier.notified) == (0, [])


@pytest.mark.parametrize(
    ("status", "on_expiry", "outcome"),
    [
        (ExecutionStatus.WAITING, "reject", "the call counts as refused"),
        (ExecutionStatus.RUNNING, "reject", "the call counts as refused"),
        (ExecutionStatus.FAILED, "fail", "the run has failed"),
    ],
)
async def test_who_answers_too_late_is_told_since_when_and_what_has_become_of_it(status, on_expiry, outcome):
    desk = Desk()
    desk.executions.stored[desk.execution.id] = desk.execution.model_copy(update={"status": status})
    late = {"expired": True, "expires_at": NOON, "on_expiry": on_expiry}
    desk.executions.questions[desk.first.id] = desk.first.model_copy(update=late)
    with pytest.raises(InterruptExpired, match=f"expired at 2026-01-01T12:00:00Z without an answer; {outcome}") as told:
        await desk.answer({desk.second.id: {"decision": "approve"}, desk.first.id: {"decision": "approve"}})
    assert told.value.extra["interrupt_id"] == desk.first.id
    assert (desk.uow.commits, desk.notifier.notified) == (0, [])


async def test_a_question_that_expires_while_it_is_answered(monkeypatch: pytest.MonkeyPatch):
    desk = Desk()

    async def lost(id: str, answered: object) -> None:
        late = {"expired": True, "expires_at": NOON, "on_expiry": "reject"}
        desk.executions.questions[desk.first.id] = desk.first.model_copy(update=late)

    monkeypatch.setattr(desk.executions, "answer", lost)
    with pytest.raises(InterruptExpired):
        await desk.answer({desk.first.id: {"decision": "approve"}})
