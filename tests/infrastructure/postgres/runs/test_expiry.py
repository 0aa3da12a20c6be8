"""Questions that nobody answers in time: refused or fatal, once, by the database's clock, told to all followers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.runs import Answer, Claim, Expiry, Interrupt, Lane, Outcome, RunStatus
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import claimed, status_of
from tests.infrastructure.postgres.runs.test_interrupts import answer, answered, log_of, raised
from tests.infrastructure.postgres.runs.test_trace_log import House

HOUR = 3600.0


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    house = House(database)
    house.writer.start()
    yield house
    await house.writer.stop()


class Sweeper:
    """A sweeper that remembers what it published and notified of."""

    def __init__(self, house: House) -> None:
        self.told: list[str] = []
        self.notified: list[str] = []
        self._questions = ExpiringQuestions(house.database.pool, self._publish, self._notify)

    async def sweep(self) -> None:
        await self._questions.sweep()

    def _publish(self, id: str, frames: Any) -> None:
        self.told += [id] * len(frames)

    def _notify(self, id: str, lane: Lane) -> None:
        self.notified.append(id)


async def ask(house: House, claim: Claim, **questions: Expiry | None) -> dict[str, Interrupt]:
    """Have the run wait for answers about these calls."""
    value = {"tool": "pay", "arguments": {}}
    asked = [
        Interrupt.ask(
            "in_doubt" if key.startswith("doubt") else "approval",
            execution_id=claim.run.id,
            call_key=key,
            value=value,
            now=datetime.now(UTC),
            expiry=expiry,
        )
        for key, expiry in questions.items()
    ]
    recorder = house.log.open(claim)
    *others, last = map(raised, asked)
    for other in others:
        recorder.record(other)
    await recorder.finish(Outcome(status=RunStatus.WAITING, interrupts=tuple(asked)), last)
    return {item.call_key: item for item in asked}


async def let_expire(house: House, *items: Interrupt) -> None:
    """Move the moment at which they expire into the past, which is quicker than waiting."""
    await house.database.pool.execute(
        "UPDATE interrupts SET expires_at = expires_at - interval '2 hours' WHERE id = ANY($1::uuid[])",
        [item.id for item in items],
    )


async def kept(scope_for: ScopeFor, claim: Claim) -> dict[str, Interrupt]:
    async with scope_for(claim.run.user_id) as scope:
        return {item.call_key: item for item in await scope.executions.interrupts(claim.run.id)}


async def test_the_moment_is_the_databases_and_shown(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR, then="fail"), b=None, doubt=Expiry(after_s=HOUR))
    shown = await kept(scope_for, claim)
    seconds = await house.database.pool.fetchval(
        "SELECT extract(epoch FROM $1::timestamptz - now())::float8", shown["a"].expires_at
    )
    assert HOUR - 60 < seconds <= HOUR
    assert [(item.on_expiry, item.expired) for item in shown.values()] == [
        ("fail", False), (None, False), ("fail", False),
    ]  # fmt: skip
    assert (shown["b"].expires_at, asked["b"].expires_after_s) == (None, None)
    async with scope_for(claim.run.user_id) as scope:
        inbox = await scope.executions.open_questions(PageRequest())
        assert {item.interrupt.id: item.interrupt.expires_at for item in inbox.items} == {
            item.id: item.expires_at for item in shown.values()
        }


async def test_nobodys_answer_refuses_the_call_and_the_run_goes_on(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR), b=Expiry(after_s=HOUR))
    sweeper = Sweeper(house)
    await sweeper.sweep()
    assert sweeper.told == [], "it is not time yet"
    await let_expire(house, asked["a"])
    await sweeper.sweep()
    id = claim.run.id
    assert (sweeper.told, sweeper.notified) == ([id], [])
    assert await status_of(house.database, id) is RunStatus.WAITING, "the other one may still be answered"
    assert await answer(scope_for, claim.run, answered(asked["a"])) is None
    async with scope_for(claim.run.user_id) as scope:
        inbox = await scope.executions.open_questions(PageRequest())
        assert [item.interrupt.id for item in inbox.items] == [asked["b"].id]
    changed = await answer(scope_for, claim.run, answered(asked["b"]))
    assert changed is not None and changed.status is RunStatus.PENDING
    shown = (await kept(scope_for, claim))["a"]
    assert (shown.expired, shown.answered_by) == (True, None)
    assert shown.answer == Answer(decision="reject", reason="nobody answered in time")
    *_, first, second = await log_of(house, claim.run)
    assert (first["type"], first["expired"], first["answered_by"]) == ("resume", True, "")
    assert (second["seq"], second["expired"]) == (first["seq"] + 1, False)
    again = await claimed(house.database, id)
    assert (again.journal.expired("a", "approval"), again.journal.expired("b", "approval")) == (True, False)


async def test_the_last_one_to_expire_notifies(house: House) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR), b=Expiry(after_s=HOUR))
    await let_expire(house, *asked.values())
    sweeper = Sweeper(house)
    await sweeper.sweep()
    assert (len(sweeper.told), sweeper.notified) == (2, [claim.run.id])
    assert await status_of(house.database, claim.run.id) is RunStatus.PENDING


@pytest.mark.parametrize("fatal", ["a", "doubt"])
async def test_a_fatal_one_ends_the_run_with_its_last_event(house: House, scope_for: ScopeFor, fatal: str) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR, then="fail"), doubt=Expiry(after_s=HOUR), c=None)
    await let_expire(house, asked[fatal])
    sweeper = Sweeper(house)
    await sweeper.sweep()
    id = claim.run.id
    assert (sweeper.told, sweeper.notified) == ([id], [])
    async with scope_for(claim.run.user_id) as scope:
        stored = await scope.executions.get_by_id(id)
        assert (await scope.executions.open_questions(PageRequest())).total == 0
    assert stored is not None and stored.error is not None
    assert (stored.status, stored.error.code) == (RunStatus.FAILED, "interrupt_expired")
    assert "pay" in stored.error.message and stored.completed_at is not None
    last = (await log_of(house, claim.run))[-1]
    assert (last["type"], last["error_code"]) == ("error", "interrupt_expired")
    shown = await kept(scope_for, claim)
    assert {key for key, item in shown.items() if item.expired} == {fatal}
    assert await answer(scope_for, claim.run, answered(asked["c"])) is None
    await sweeper.sweep()
    assert len(sweeper.told) == 1


async def test_of_many_sweepers_one_expires_it(house: House) -> None:
    runs = [await claimed(house.database) for _ in range(4)]
    for place, claim in enumerate(runs):
        asked = await ask(house, claim, a=Expiry(after_s=HOUR, then="fail" if place % 2 else "reject"))
        await let_expire(house, *asked.values())
    sweepers = [Sweeper(house) for _ in range(5)]
    await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
    await sweepers[0].sweep()
    told = [id for sweeper in sweepers for id in sweeper.told]
    assert sorted(told) == sorted(claim.run.id for claim in runs)
    for claim in runs:
        assert [event["seq"] for event in await log_of(house, claim.run)] == [1, 2, 3]


async def test_an_answer_and_an_expiry_at_once_leave_one_of_them(house: House, scope_for: ScopeFor) -> None:
    for _ in range(5):
        claim = await claimed(house.database)
        [item] = (await ask(house, claim, a=Expiry(after_s=HOUR))).values()
        sweeper = Sweeper(house)

        async def expire(item: Interrupt = item, sweeper: Sweeper = sweeper) -> None:
            await let_expire(house, item)
            await sweeper.sweep()

        changed, _ = await asyncio.gather(answer(scope_for, claim.run, answered(item)), expire())
        # A sweeper leaves alone what somebody has locked, until the next time.
        await sweeper.sweep()
        types = [event["type"] for event in await log_of(house, claim.run)]
        assert types == ["connection", "interrupt", "resume"]
        assert (changed is None) == (claim.run.id in sweeper.told)


async def test_what_was_cancelled_expires_no_more(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    [item] = (await ask(house, claim, a=Expiry(after_s=HOUR))).values()
    async with scope_for(claim.run.user_id) as scope:
        await scope.executions.request_cancel(claim.run.id)
        await scope.uow.commit()
    await let_expire(house, item)
    sweeper = Sweeper(house)
    await sweeper.sweep()
    assert claim.run.id not in sweeper.told
    assert await status_of(house.database, claim.run.id) is RunStatus.CANCELLED
    assert not (await kept(scope_for, claim))["a"].expired


async def test_a_question_asked_anew_has_its_time_anew(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR))
    await let_expire(house, *asked.values())
    await Sweeper(house).sweep()
    again = await claimed(house.database, claim.run.id)
    await ask(house, again, a=Expiry(after_s=HOUR, then="fail"))
    shown = (await kept(scope_for, again))["a"]
    assert (shown.expired, shown.on_expiry, shown.answer) == (False, "fail", None)


async def test_of_somebody_elses_run_nothing_is_seen(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR))
    await let_expire(house, *asked.values())
    async with scope_for(new_id()) as outsider:
        assert await outsider.executions.interrupts(claim.run.id) == []


async def test_what_nobody_decided_stands_in_the_audit_log(house: House) -> None:
    claim = await claimed(house.database)
    asked = await ask(house, claim, a=Expiry(after_s=HOUR), b=Expiry(after_s=HOUR))
    await let_expire(house, asked["a"])
    sweeper = Sweeper(house)
    await sweeper.sweep()
    await sweeper.sweep()
    lines = await house.database.pool.fetch("SELECT * FROM audit_log WHERE target_id = $1", claim.run.id)
    assert [(line["action"], line["target_kind"], line["actor_id"]) for line in lines] == [
        ("interrupt.expired", "execution", None)
    ]
    assert asked["a"].id in lines[0]["details"] and '"then": "reject"' in lines[0]["details"]
