"""Parts are asked at the same time; the worst required one decides."""

import asyncio

from dynagent.infrastructure.observability.health import Condition, Finding, Health, Part


def part(name: str, condition: Condition, *, required: bool = True) -> Part:
    async def check() -> Finding:
        return Finding(condition, f"{name} is {condition.value}")

    return Part(name, check, required=required)


async def test_all_well() -> None:
    report = await Health([part("database", Condition.OK), part("redis", Condition.OK)]).report()

    assert report.condition is Condition.OK
    assert [(found.name, found.detail) for found in report.parts] == [
        ("database", "database is ok"),
        ("redis", "redis is ok"),
    ]


async def test_a_required_failure_fails_the_whole() -> None:
    report = await Health([part("disk", Condition.WARN), part("database", Condition.FAIL)]).report()

    assert report.condition is Condition.FAIL


async def test_an_optional_failure_is_a_warning() -> None:
    report = await Health([part("database", Condition.OK), part("redis", Condition.FAIL, required=False)]).report()

    assert report.condition is Condition.WARN


async def test_a_check_that_raises_has_failed() -> None:
    async def check() -> Finding:
        raise ConnectionRefusedError("port 5432")

    (found,) = (await Health([Part("database", check)]).report()).parts

    assert found.condition is Condition.FAIL
    assert found.detail == "ConnectionRefusedError: port 5432"


async def test_a_check_that_never_answers_has_failed() -> None:
    async def check() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    (found,) = (await Health([Part("database", check, timeout_s=0.01)]).report()).parts

    assert found.condition is Condition.FAIL
    assert "no answer within 0.01 s" in found.detail


async def test_parts_are_asked_together() -> None:
    both = asyncio.Barrier(2)

    async def meet() -> Finding:
        await both.wait()
        return Finding(Condition.OK, "met")

    report = await Health([Part("one", meet), Part("two", meet)]).report()

    assert report.condition is Condition.OK


async def test_nothing_to_ask_is_well() -> None:
    assert (await Health([]).report()).condition is Condition.OK
