"""Places and rates: who may call now, who waits, who is told to come back."""

import asyncio

import pytest

from dynagent.core.tools import SandboxBusy
from dynagent.infrastructure.sandbox.admission import Admission, Rate


def test_a_minutes_calls_may_come_at_once_and_then_evenly() -> None:
    rate = Rate(60)
    assert [rate.take("ana", 0.0) for _ in range(60)] == [0.0] * 60
    assert rate.take("ana", 0.0) == pytest.approx(1.0)
    assert rate.take("ana", 0.5) == pytest.approx(0.5)
    assert rate.take("ana", 1.0) == 0.0
    assert rate.take("ana", 1.0) == pytest.approx(1.0)
    assert [rate.take("ana", 1000.0) for _ in range(61)][-2:] == [0.0, pytest.approx(1.0)]


def test_tenants_do_not_use_up_each_others_rate() -> None:
    rate = Rate(1)
    assert [rate.take(user, 0.0) for user in ("ana", "ben", "ana", "ben")] == [0.0, 0.0, 60.0, 60.0]


def test_without_a_rate_nothing_is_counted() -> None:
    rate = Rate(0)
    assert {rate.take("ana", 0.0) for _ in range(1000)} == {0.0}


async def test_too_many_calls_a_minute_are_told_when_to_come_back() -> None:
    admission = Admission(per_tenant=4, in_all=4, wait_s=1, per_minute=2)
    for _ in range(2):
        await admission.enter("ana")
        admission.leave("ana")
    with pytest.raises(SandboxBusy, match="of this minute") as caught:
        await admission.enter("ana")
    assert caught.value.retry_after_s
    await admission.enter("ben")


async def test_a_place_that_is_given_back_goes_to_the_first_who_may_have_it() -> None:
    admission = Admission(per_tenant=1, in_all=2, wait_s=10)
    await admission.enter("ana")
    await admission.enter("ben")
    order: list[str] = []

    async def one(user: str, mark: str) -> None:
        await admission.enter(user)
        order.append(mark)

    waiting = [asyncio.create_task(one(*who)) for who in (("ana", "ana again"), ("eve", "eve"))]
    await asyncio.sleep(0)
    admission.leave("ben")
    await waiting[1]
    admission.leave("ana")
    await waiting[0]
    assert order == ["eve", "ana again"]
