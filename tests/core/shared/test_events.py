"""Events: facts with ids, told to every subscriber at once."""

import asyncio
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from pydantic import ValidationError

from dynagent.core.agents import AgentCreated, AgentEvent
from dynagent.core.shared.events import AgentEventObserver, DomainEvent

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class KettleBoiled(DomainEvent):
    name: ClassVar[str] = "kettle.boiled"
    litres: float


class KettleBroke(DomainEvent):
    name: ClassVar[str] = "kettle.broke"


def boiled() -> KettleBoiled:
    return KettleBoiled(occurred_at=NOON, user_id="ada", litres=1.5)


def test_an_event_is_frozen_and_has_an_id_of_its_own() -> None:
    event = boiled()
    assert event.event_id != boiled().event_id
    with pytest.raises(ValidationError):
        event.litres = 2.0  # pyright: ignore[reportAttributeAccessIssue]
    assert KettleBoiled.model_validate_json(event.model_dump_json()) == event


async def test_everybody_hears_it_at_once_and_one_that_fails_stops_nobody() -> None:
    heard: list[str] = []
    failures: list[BaseException] = []
    both = asyncio.Barrier(2)

    async def listener(event: DomainEvent) -> None:
        await both.wait()
        heard.append(event.name)

    async def broken(event: DomainEvent) -> None:
        raise RuntimeError("no tea")

    observer = AgentEventObserver(lambda event, error: failures.append(error))
    for callback in (listener, broken, listener):
        observer.subscribe(callback)
    await observer.notify(boiled())
    assert heard == ["kettle.boiled", "kettle.boiled"]
    assert [str(failure) for failure in failures] == ["no tea"]


async def test_a_subscriber_may_hear_some_kinds_only() -> None:
    heard: list[DomainEvent] = []

    async def listener(event: DomainEvent) -> None:
        heard.append(event)

    observer = AgentEventObserver(lambda event, error: None)
    observer.subscribe(listener, to=KettleBoiled)
    other = KettleBroke(occurred_at=NOON, user_id="ada")
    assert observer.is_heard(boiled())
    assert not observer.is_heard(other)
    for event in (other, boiled()):
        await observer.notify(event)
    assert [event.name for event in heard] == ["kettle.boiled"]


async def test_nobody_need_listen() -> None:
    await AgentEventObserver(lambda event, error: None).notify(boiled())


async def test_it_is_made_and_used_as_the_seed_says(caplog: pytest.LogCaptureFixture) -> None:
    """`subscribe(callback)` and `async notify(event)`; who says nothing of failures finds them logged."""
    heard: list[AgentEvent] = []

    async def callback(event: AgentEvent) -> None:
        heard.append(event)

    async def broken(event: AgentEvent) -> None:
        raise RuntimeError("no tea")

    observer = AgentEventObserver()
    observer.subscribe(broken, to=AgentEvent)
    observer.subscribe(callback, to=AgentEvent)
    event = AgentCreated(occurred_at=NOON, user_id="ada", agent_id="a", version=1)
    await observer.notify(event)
    assert heard == [event]
    assert "agent.created was not heard: RuntimeError('no tea')" in caplog.text
