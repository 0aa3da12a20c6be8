"""Schedules belong to their owner, and each due time fires once, however many workers look."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.executions import ExecutionFilter
from dynagent.core.schedules import Schedule, ScheduleChangedMeanwhile, ScheduleNotFound
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.cron.timetable import CronTimetable
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.schedule_firing import PostgresFiring
from tests.infrastructure.postgres.rows import add_execution
from tests.repositories import Repositories, RepositoryScopes

TIMETABLE = CronTimetable()
NOW = datetime.now(UTC)


def scopes(database: Database) -> RepositoryScopes:
    return RepositoryScopes(database, deliver=lambda _: None)


async def add(scope: Repositories, user_id: str, **changes: Any) -> Schedule:
    given: dict[str, Any] = {
        name: changes.pop(name) for name in ("name", "output_schema", "dependencies") if name in changes
    }
    configuration = AgentConfiguration.model_validate({"name": "A"} | given)
    agent = Agent.create(id=new_id(), user_id=user_id, configuration=configuration, now=NOW)
    await scope.agents.create(agent.with_status(changes.pop("status", "active"), now=NOW))
    schedule = Schedule.model_validate(
        {
            "id": new_id(),
            "user_id": user_id,
            "agent_id": agent.id,
            "name": "daily",
            "cron": "*/5 * * * *",
            "query": "What is new?",
            "context": {"a": [1, None]},
            "next_fire": NOW - timedelta(minutes=30),
            "created_at": NOW,
            "updated_at": NOW,
            **changes,
        }
    )
    await scope.schedules.create(schedule)
    await scope.uow.commit()
    return schedule


async def stored(database: Database, schedule: Schedule) -> Any:
    return await database.pool.fetchrow("SELECT * FROM schedules WHERE id = $1", schedule.id)


async def runs(database: Database, schedule: Schedule) -> list[Any]:
    return await database.pool.fetch("SELECT * FROM runs WHERE schedule_key LIKE $1 ORDER BY id", f"{schedule.id}:%")


async def test_what_is_written_is_read(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user, model="m", time_zone="Europe/Berlin", paused=True, next_fire=None)
        assert await scope.schedules.get_by_id(schedule.id) == schedule
        assert await scope.schedules.list_all() == [schedule]
        assert (await scope.schedules.find(schedule.agent_id, PageRequest())).total == 1
        assert (await scope.schedules.find(new_id(), PageRequest())).total == 0
        assert (await scope.schedules.find("no id", PageRequest())).total == 0


async def test_another_owner_sees_changes_and_removes_nothing(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
    async with scopes(database).open(Caller(new_id())) as other:
        assert await other.schedules.get_by_id(schedule.id) is None
        assert await other.schedules.list_all() == []
        assert await other.schedules.delete(schedule.id) is False
        with pytest.raises(ScheduleNotFound):
            await other.schedules.update(schedule.changed(TIMETABLE, {"name": "x"}, now=NOW))


async def test_a_change_computes_the_next_time_and_a_late_one_is_refused(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
        paused = schedule.changed(TIMETABLE, {"paused": True}, now=NOW)
        assert paused.next_fire is None
        await scope.schedules.update(paused)
        again = paused.changed(TIMETABLE, {"paused": False, "cron": "0 0 1 1 *"}, now=NOW)
        assert again.next_fire is not None
        await scope.schedules.update(again)
        with pytest.raises(ScheduleChangedMeanwhile):
            await scope.schedules.update(paused)
        assert await scope.schedules.delete(schedule.id) is True


async def test_each_due_time_fires_once_with_five_workers(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
    notified: list[str] = []
    firing = PostgresFiring(database.pool, TIMETABLE, lambda id, _: notified.append(id), run_timeout_s=60)
    await asyncio.gather(*(firing.fire() for _ in range(5)))
    await firing.fire()
    started = await runs(database, schedule)
    assert len(started) == 1, "thirty minutes were missed; they are made up for once"
    assert notified.count(str(started[0]["id"])) == 1
    assert (started[0]["lane"], started[0]["query"], started[0]["status"]) == ("batch", "What is new?", "pending")
    row = await stored(database, schedule)
    assert row["last_fire"] == schedule.next_fire
    assert row["last_execution_id"] == started[0]["id"]
    assert row["next_fire"] > datetime.now(UTC)
    opening = await database.pool.fetchval(
        "SELECT payload::text FROM run_events WHERE execution_id = $1", started[0]["id"]
    )
    assert '"type":"connection"' in opening


async def test_a_run_keeps_to_its_agents_output_schema(database: Database) -> None:
    user, schema = new_id(), {"type": "object", "properties": {"why": {}, "a": {}}}
    async with scopes(database).open(Caller(user)) as scope:
        shaped, plain = await add(scope, user, output_schema=schema), await add(scope, user)
    await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
    async with scopes(database).open(Caller(user)) as scope:
        for schedule, expected in ((shaped, schema), (plain, None)):
            (row,) = await runs(database, schedule)
            execution = await scope.executions.get_by_id(str(row["id"]))
            assert execution is not None and execution.output_schema == expected


async def test_a_time_that_was_fired_before_a_crash_is_not_fired_again(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
    firing = PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60)
    await firing.fire()
    await database.pool.execute("UPDATE schedules SET next_fire = $2 WHERE id = $1", schedule.id, schedule.next_fire)
    await firing.fire()
    assert len(await runs(database, schedule)) == 1


async def test_a_disabled_agent_is_passed_over_and_a_paused_schedule_too(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        disabled = await add(scope, user, status="disabled")
        paused = await add(scope, user, paused=True, next_fire=None)
    await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
    assert await runs(database, disabled) == []
    assert await runs(database, paused) == []
    row = await stored(database, disabled)
    assert row["next_fire"] > datetime.now(UTC)
    assert row["last_problem"] == "agent 'A' is disabled: nothing was started"


async def test_an_agent_waits_for_what_it_depends_on(database: Database) -> None:
    user = new_id()
    firing = PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60)
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user, dependencies=("planner",))
    await firing.fire()
    assert await runs(database, schedule) == []
    problem = (await stored(database, schedule))["last_problem"]
    assert problem.startswith("the agent depends on others: 'planner' ") and problem.endswith(": nothing was started")
    async with scopes(database).open(Caller(user)) as scope:
        planner = Agent.create(
            id=new_id(), user_id=user, configuration=AgentConfiguration(name="planner"), now=datetime.now(UTC)
        )
        await scope.agents.create(planner)
        await scope.uow.commit()
    await database.pool.execute("UPDATE schedules SET next_fire = $2 WHERE id = $1", schedule.id, schedule.next_fire)
    await firing.fire()
    assert len(await runs(database, schedule)) == 1
    assert (await stored(database, schedule))["last_problem"] is None


async def test_what_kept_it_from_starting_is_told_until_it_starts_again(database: Database) -> None:
    """The owner's queue is full: a schedule waits at the same door as everybody."""
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
        for _ in range(2):
            await add_execution(database, user_id=user)
        firing = PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60, most_waiting=2)
        await firing.fire()
        kept = await scope.schedules.get_by_id(schedule.id)
        assert kept is not None
        assert kept.last_problem == "2 of your executions are waiting: nothing was started"
        assert (kept.last_fire, kept.last_execution_id) == (schedule.next_fire, None)
        assert await runs(database, schedule) == []

        await database.pool.execute("UPDATE runs SET status = 'cancelled' WHERE user_id = $1", user)
        await database.pool.execute("UPDATE schedules SET next_fire = now() WHERE id = $1", schedule.id)
        await firing.fire()
        row = await stored(database, schedule)
        assert (row["last_problem"], len(await runs(database, schedule))) == (None, 1)


async def test_with_its_agent_a_schedule_goes_and_its_runs_stay(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
        await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
        assert schedule.agent_id is not None
        await scope.agents.delete(schedule.agent_id)
        await scope.uow.commit()
    assert await stored(database, schedule) is None
    assert len(await runs(database, schedule)) == 1


async def test_a_zone_this_machine_does_not_know_stops_the_schedule(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user, time_zone="Mars/Olympus")
    await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
    row = await stored(database, schedule)
    assert row["next_fire"] is None
    assert "time_zone must be an IANA time zone" in row["last_problem"]


async def test_one_that_cannot_be_fired_holds_up_no_other(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        broken, sound = await add(scope, user), await add(scope, user)
    await database.pool.execute(
        "ALTER TABLE runs ADD CONSTRAINT ck_broken CHECK (schedule_key NOT LIKE $$" + broken.id + "%$$)"
    )
    try:
        await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
    finally:
        await database.pool.execute("ALTER TABLE runs DROP CONSTRAINT ck_broken")
    assert len(await runs(database, sound)) == 1
    assert await runs(database, broken) == []
    await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
    assert len(await runs(database, broken)) == 1, "it is tried again"


async def test_it_looks_by_itself_until_it_is_stopped(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule = await add(scope, user)
    notified = asyncio.Event()
    firing = PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: notified.set(), run_timeout_s=60)
    firing.start(every_s=0.01)
    async with asyncio.timeout(10):
        await notified.wait()
    await firing.stop()
    assert len(await runs(database, schedule)) == 1


async def test_the_runs_of_a_schedule_are_found(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        schedule, other = await add(scope, user), await add(scope, user, name="other")
        await PostgresFiring(database.pool, TIMETABLE, lambda _id, _lane: None, run_timeout_s=60).fire()
        found = await scope.executions.find(ExecutionFilter(schedule_id=schedule.id), PageRequest())
        assert [run.id for run in found.items] == [str(row["id"]) for row in await runs(database, schedule)]
        assert found.total == 1
        both = await scope.executions.find(ExecutionFilter(), PageRequest())
        assert both.total == 2
        for unknown in (other.id.upper(), "%", ""):
            assert (await scope.executions.find(ExecutionFilter(schedule_id=unknown), PageRequest())).total == 0
