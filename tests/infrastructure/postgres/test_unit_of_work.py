"""Rows and events are committed together or not at all; a database that is away is said to be away."""

import asyncio
from datetime import UTC, datetime

import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import Agent, AgentConfiguration, AgentCreated
from dynagent.core.shared.errors import ErrorKind, Unavailable
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from tests.repositories import RepositoryScopes

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def an_agent(user_id: str) -> Agent:
    return Agent.create(id=new_id(), user_id=user_id, configuration=AgentConfiguration(name="Ada"), now=NOW)


def created(agent: Agent) -> AgentCreated:
    return AgentCreated(occurred_at=NOW, user_id=agent.user_id, agent_id=agent.id, version=1)


async def test_row_and_event_are_committed_together_then_delivered(database: Database) -> None:
    agent = an_agent(new_id())
    order: list[str] = []

    async def after() -> None:
        order.append("after")

    def deliver(events: object) -> None:
        assert events == [event]
        order.append("delivered")

    event = created(agent)
    async with RepositoryScopes(database, deliver=deliver).open(Caller(agent.user_id)) as scope:
        await scope.agents.create(agent)
        scope.uow.record(event)
        scope.uow.after_commit(after)
        assert order == []
        await scope.uow.commit()
    assert order == ["delivered", "after"]
    row = await database.pool.fetchrow("SELECT name, payload, delivered_at FROM outbox WHERE id = $1", event.event_id)
    assert row is not None and row["name"] == "agent.created" and row["delivered_at"] is None
    assert AgentCreated.model_validate_json(row["payload"]) == event


async def test_without_a_commit_nothing_is_stored_and_nobody_told(database: Database) -> None:
    agent = an_agent(new_id())
    told: list[DomainEvent] = []
    scopes = RepositoryScopes(database, deliver=told.extend)
    with pytest.raises(RuntimeError):
        async with scopes.open(Caller(agent.user_id)) as scope:
            await scope.agents.create(agent)
            scope.uow.record(created(agent))
            raise RuntimeError
    async with scopes.open(Caller(agent.user_id)) as scope:
        assert await scope.agents.get_by_id(agent.id) is None
    assert told == []
    assert await database.pool.fetchval("SELECT count(*) FROM outbox WHERE payload ->> 'agent_id' = $1", agent.id) == 0


async def test_a_second_commit_stores_no_event_twice(database: Database) -> None:
    agent = an_agent(new_id())
    told: list[DomainEvent] = []
    async with RepositoryScopes(database, deliver=told.extend).open(Caller(agent.user_id)) as scope:
        scope.uow.record(created(agent))
        await scope.uow.commit()
        await scope.uow.commit()
    assert len(told) == 1


async def test_lost_connections_are_unavailable_and_come_back_by_themselves(database: Database) -> None:
    scopes = RepositoryScopes(database, deliver=lambda _: None)
    user = new_id()
    async with scopes.open(Caller(user)) as scope:
        await scope.agents.list_all()
        await cut_all_others(database)
        with pytest.raises(Unavailable) as away:
            await scope.agents.list_all()
    assert away.value.kind is ErrorKind.UNAVAILABLE and away.value.retry_after_s
    async with scopes.open(Caller(user)) as scope:
        assert await scope.agents.list_all() == []
        await cut_all_others(database)
    await asyncio.sleep(0.05)
    async with scopes.open(Caller(user)) as scope:
        assert await scope.agents.list_all() == []


async def cut_all_others(database: Database) -> None:
    await database.pool.fetch(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
