"""Interrupts in PostgreSQL: stored with the state that waits, answered once each, told in the log without gaps."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.executions import (
    Answer,
    Claim,
    Execution,
    ExecutionLost,
    ExecutionStatus,
    Frame,
    Interrupt,
    InterruptRaised,
    Outcome,
    Usage,
)
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.trace_writer import EventWriter
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import add_execution, add_worker, claimed, status_of
from tests.infrastructure.postgres.test_trace_log import House

APPROVE = Answer(decision="approve")
EDIT = Answer(decision="edit", arguments={"to": "Ünal 🐘", "n": [1, None, 2.5]})


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    house = House(database)
    house.writer.start()
    yield house
    await house.writer.stop()


def question(claim: Claim, key: str) -> Interrupt:
    value = {"tool": "pay", "arguments": {"to": "Ünal 🐘"}, "line": "▶ pay()"}
    now = datetime.now(UTC)
    return Interrupt.ask("approval", execution_id=claim.execution.id, call_key=key, value=value, now=now)


def raised(item: Interrupt) -> InterruptRaised:
    return InterruptRaised(
        timestamp=item.created_at.timestamp(),
        interrupt_id=item.id,
        call_key=item.call_key,
        reason=item.reason,
        value=item.value,
        response_schema=item.response_schema,
    )


async def wait_for_people(house: House, claim: Claim, *keys: str) -> list[Interrupt]:
    """End the attempt as one that waits, the way a run does."""
    asked = [question(claim, key) for key in keys]
    recorder = house.log.open(claim)
    *others, last = map(raised, asked)
    for other in others:
        recorder.record(other)
    usage = Usage(total_tokens=7)
    await recorder.finish(Outcome(status=ExecutionStatus.WAITING, interrupts=tuple(asked), usage=usage), last)
    return asked


async def answer(scope_for: ScopeFor, execution: Execution, *given: Interrupt) -> Execution | None:
    async with scope_for(execution.user_id) as scope:
        changed = await scope.executions.answer(execution.id, given)
        if changed is not None:
            await scope.uow.commit()
        return changed


def answered(item: Interrupt, answer: Answer = APPROVE, user: str | None = None) -> Interrupt:
    return item.answered(answer, by=user or new_id(), now=datetime.now(UTC))


async def log_of(house: House, execution: Execution) -> list[dict[str, Any]]:
    return [orjson.loads(frame.payload) for frame in await house.log.read(execution.id, 0, 100)]


async def test_state_questions_and_events_are_stored_together(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await wait_for_people(house, claim, "k1", "k2")
    async with scope_for(claim.execution.user_id) as scope:
        assert await scope.executions.interrupts(claim.execution.id) == asked
        stored = await scope.executions.get_by_id(claim.execution.id)
    assert stored is not None
    assert (stored.status, stored.usage.total_tokens, stored.completed_at) == (ExecutionStatus.WAITING, 7, None)
    assert [event["type"] for event in await log_of(house, stored)] == ["connection", "interrupt", "interrupt"]
    row = await house.database.pool.fetchrow(
        "SELECT worker, (SELECT n FROM user_slots s WHERE s.user_id = e.user_id) AS n FROM executions e WHERE id = $1",
        stored.id,
    )
    assert row is not None
    assert (row["worker"], row["n"]) == (None, 0)


async def test_an_attempt_that_was_replaced_undoes_no_answer(house: House, scope_for: ScopeFor) -> None:
    old = await claimed(house.database)
    dispatch = PostgresDispatch(house.database.pool, user_cap=1000)
    assert await dispatch.requeue(old.execution.id, old.execution.attempt, crashed=True)
    new = await dispatch.claim(old.execution.id, await add_worker(house.database))
    assert new is not None
    first, second = await wait_for_people(house, new, "k1", "k2")
    assert await answer(scope_for, new.execution, answered(first)) is not None
    with pytest.raises(ExecutionLost):
        await wait_for_people(house, old, "k1", "k3")
    async with scope_for(new.execution.user_id) as scope:
        kept = await scope.executions.interrupts(new.execution.id)
    assert [(item.id, item.answer) for item in kept] == [(first.id, APPROVE), (second.id, None)]


async def test_answers_are_read_back_and_told_without_gaps(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    execution = claim.execution
    first, second = await wait_for_people(house, claim, "k1", "k2")
    given = answered(first, EDIT, execution.user_id)
    changed = await answer(scope_for, execution, given)
    assert changed is not None
    assert (changed.status, changed.deadline) == (ExecutionStatus.WAITING, execution.deadline)
    changed = await answer(scope_for, execution, answered(second))
    assert changed is not None
    assert changed.status is ExecutionStatus.PENDING
    async with scope_for(execution.user_id) as scope:
        assert (await scope.executions.interrupts(execution.id))[0] == given
    log = await log_of(house, execution)
    assert [(event["seq"], event["type"]) for event in log[3:]] == [(4, "resume"), (5, "resume")]
    assert log[3]["answer"] == {"decision": "edit", "arguments": EDIT.arguments}
    assert (log[3]["answered_by"], log[3]["call_key"]) == (execution.user_id, "k1")
    again = await claimed(house.database, execution.id)
    assert (again.last_seq, again.execution.attempt) == (5, 2)
    assert again.journal.answer("k1", "approval") == EDIT
    assert again.journal.answer("k2", "approval") == APPROVE


async def test_two_who_answer_the_same_question_at_once(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await wait_for_people(house, claim, "k1", "k2")
    both = await asyncio.gather(*(answer(scope_for, claim.execution, answered(asked[0])) for _ in range(2)))
    assert sorted(changed is None for changed in both) == [False, True]
    assert [event["seq"] for event in await log_of(house, claim.execution)] == [1, 2, 3, 4]


async def test_many_who_answer_different_questions_at_once(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await wait_for_people(house, claim, *(f"k{number}" for number in range(4)))
    changed = await asyncio.gather(*(answer(scope_for, claim.execution, answered(item)) for item in asked))
    statuses = [execution.status for execution in changed if execution is not None]
    assert sorted(statuses) == [ExecutionStatus.PENDING, *[ExecutionStatus.WAITING] * 3]
    assert [event["seq"] for event in await log_of(house, claim.execution)] == list(range(1, 10))


async def test_an_answer_and_a_cancel_at_once_leave_one_log(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await wait_for_people(house, claim, "k1", "k2")

    async def cancel() -> None:
        async with scope_for(claim.execution.user_id) as scope:
            await scope.executions.request_cancel(claim.execution.id)
            await scope.uow.commit()

    await asyncio.gather(answer(scope_for, claim.execution, answered(asked[0])), cancel())
    log = await log_of(house, claim.execution)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert log[-1]["type"] == "cancelled"
    assert await status_of(house.database, claim.execution.id) is ExecutionStatus.CANCELLED
    assert await answer(scope_for, claim.execution, answered(asked[1])) is None


async def test_the_time_that_people_take_is_not_the_runs(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    [item] = await wait_for_people(house, claim, "k1")
    await house.database.pool.execute(
        "UPDATE interrupts SET created_at = now() - interval '2 hours' WHERE id = $1", item.id
    )
    changed = await answer(scope_for, claim.execution, answered(item))
    assert changed is not None and changed.deadline is not None and claim.execution.deadline is not None
    assert changed.deadline - claim.execution.deadline >= timedelta(hours=2)


async def test_others_see_and_answer_nothing(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    [item] = await wait_for_people(house, claim, "k1")
    async with scope_for(new_id()) as outsider:
        assert await outsider.executions.interrupts(claim.execution.id) == []
        assert await outsider.executions.interrupts("nonsense") == []
        assert await outsider.executions.answer(claim.execution.id, [answered(item)]) is None
        assert await outsider.executions.answer("nonsense", [answered(item)]) is None
        await outsider.uow.commit()
    assert await status_of(house.database, claim.execution.id) is ExecutionStatus.WAITING
    other = await claimed(house.database, await add_execution(house.database, user_id=claim.execution.user_id))
    await wait_for_people(house, other, "k1")
    # The interrupt of one execution does not answer another, even of the same owner.
    assert await answer(scope_for, other.execution, answered(item)) is None


async def test_open_questions_of_all_runs_are_one_inbox(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    user = claim.execution.user_id
    first, second = await wait_for_people(house, claim, "k1", "k2")
    async with scope_for(user) as scope:
        page = await scope.executions.open_questions(PageRequest(limit=1))
        assert (page.total, [item.interrupt for item in page.items]) == (2, [second])
        about = page.items[0]
        assert (about.agent_id, about.query) == (claim.execution.agent_id, claim.execution.query)
        rest = await scope.executions.open_questions(PageRequest(limit=1, cursor=page.next_cursor))
        assert ([item.interrupt for item in rest.items], rest.next_cursor) == ([first], None)
    async with scope_for(new_id()) as outsider:
        assert (await outsider.executions.open_questions(PageRequest())).total == 0
    await answer(scope_for, claim.execution, answered(first))
    async with scope_for(user) as scope:
        left = await scope.executions.open_questions(PageRequest())
        assert [item.interrupt.id for item in left.items] == [second.id]
        await scope.executions.request_cancel(claim.execution.id)
        assert (await scope.executions.open_questions(PageRequest())).total == 0, "nobody waits for it any more"


async def test_followers_hear_of_each_answer_and_of_a_cancel_once_it_is_committed(house: House) -> None:
    claim = await claimed(house.database)
    first, second = await wait_for_people(house, claim, "k1", "k2")
    told: list[Frame] = []
    scopes = Scopes(house.database, deliver=lambda _: None, publish=lambda _, frames: told.extend(frames))
    for committing in (False, True):
        async with scopes.open(Caller(claim.execution.user_id)) as scope:
            await scope.executions.answer(claim.execution.id, [answered(first)])
            assert told == []
            if committing:
                await scope.uow.commit()
    assert [orjson.loads(frame.payload)["interrupt_id"] for frame in told] == [first.id]
    async with scopes.open(Caller(claim.execution.user_id)) as scope:
        assert await scope.executions.answer(claim.execution.id, [answered(second), answered(first)]) is None
    async with scopes.open(Caller(claim.execution.user_id)) as scope:
        await scope.executions.request_cancel(claim.execution.id)
        await scope.uow.commit()
    assert (orjson.loads(told[-1].payload)["type"], told[-1].terminal) == ("cancelled", True)
    assert told == list(await house.log.read(claim.execution.id, told[0].seq - 1, 100))


async def test_a_cancel_that_comes_just_before_a_run_begins_to_wait_is_not_forgotten(
    house: House, scope_for: ScopeFor
) -> None:
    """The worker is told of it when it no longer runs it: so it does not wait, and the next claim ends it."""
    claim = await claimed(house.database)
    execution = claim.execution
    async with scope_for(execution.user_id) as scope:
        await scope.executions.request_cancel(execution.id)
        await scope.uow.commit()
    notified: list[str] = []
    writer = EventWriter(house.database.pool, house.hub.publish, on_freed=lambda id, _: notified.append(id))
    writer.start()
    recorder = PostgresTraceLog(house.database.pool, writer, house.hub, window_s=0.001, heartbeat_s=1).open(claim)
    asked = question(claim, "k1")
    await recorder.finish(Outcome(status=ExecutionStatus.WAITING, interrupts=(asked,)), raised(asked))
    await writer.stop()
    assert await status_of(house.database, execution.id) is ExecutionStatus.PENDING
    assert notified == [execution.id]
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.interrupts(execution.id) == []
    again = await PostgresDispatch(house.database.pool, user_cap=1).claim(
        execution.id, await add_worker(house.database)
    )
    assert again is not None, "its place was given back"
    assert again.execution.cancel_requested
