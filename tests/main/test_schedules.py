"""Schedules over the API: made, shown with their next times, paused, changed, refused with the field, removed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import httpx2
import pytest

from dynagent.application.commands.schedules import ScheduleSettings
from tests.main.people import Json, People

DAILY: Json = {"name": "Daily", "cron": "0 9 * * 1-5", "time_zone": "Europe/Berlin", "query": "What is new?"}


@pytest.fixture
def fire(fresh_database_url: str, people: People) -> Callable[[str], Awaitable[None]]:
    """Makes a schedule due and returns when the worker has fired it."""

    async def now(id: str) -> None:
        connection: Any = await asyncpg.connect(fresh_database_url)
        await connection.execute("UPDATE schedules SET next_fire = now() WHERE id = $1::uuid", id)
        await connection.close()
        async with asyncio.timeout(20):
            while (await people.send("GET", f"/schedules/{id}"))["last_fire"] is None:
                await asyncio.sleep(0.05)

    return now


async def refused(people: People, method: str, path: str, body: Any = None) -> httpx2.Response:
    answer = await people.answer_of(method, path, body)
    assert not answer.is_success
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


async def test_from_making_to_removing(people: People) -> None:
    agent = await people.agent("calculator", model="demo")
    made = await people.send("POST", "/schedules", {**DAILY, "agent_id": agent})
    assert (made["paused"], made["last_fire"], made["last_problem"]) == (False, None, None)
    shown = await people.send("GET", f"/schedules/{made['id']}")
    times = [datetime.fromisoformat(time) for time in shown["next_times"]]
    assert len(times) == 5
    assert times == sorted(times)
    assert shown["next_fire"] == shown["next_times"][0]
    assert {time.weekday() for time in times} <= {0, 1, 2, 3, 4}
    assert (await people.send("GET", f"/schedules?agent_id={agent}"))["total"] == 1

    paused = await people.send("PATCH", f"/schedules/{made['id']}", {"paused": True})
    assert (paused["paused"], paused["next_fire"]) == (True, None)
    assert (await people.send("GET", f"/schedules/{made['id']}"))["next_times"] == []
    resumed = await people.send("PATCH", f"/schedules/{made['id']}", {"paused": False, "name": "Other"})
    assert (resumed["name"], resumed["next_fire"]) == ("Other", shown["next_fire"])

    assert (await people.answer_of("DELETE", f"/schedules/{made['id']}")).status_code == 204
    assert (await refused(people, "GET", f"/schedules/{made['id']}")).status_code == 404


async def test_its_runs_are_listed(people: People, fire: Any) -> None:
    agent = await people.agent("calculator", model="demo")
    made = await people.send("POST", "/schedules", {**DAILY, "agent_id": agent, "query": "What is 2+2?"})
    await fire(made["id"])
    found = await people.send("GET", f"/executions?schedule_id={made['id']}")
    async_run = found["executions"][0]
    assert found["total"] == 1
    assert (await people.ended(async_run["id"]))["status"] == "completed"
    shown = await people.send("GET", f"/schedules/{made['id']}")
    assert shown["last_execution_id"] == async_run["id"]
    assert shown["last_problem"] is None


@pytest.mark.parametrize(
    ("change", "pointer", "told"),
    [
        ({"cron": "0 9 * *"}, "/cron", "five fields"),
        ({"cron": "61 9 * * *"}, "/cron", "Bad minute"),
        ({"cron": "0 0 31 2 *"}, "/cron", "Bad day-of-month"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone", "IANA"),
        ({"name": ""}, "/name", "at least 1"),
        ({"query": ""}, "/query", "at least 1"),
        ({"every": "day"}, "/every", "no such field"),
    ],
)
async def test_what_is_wrong_is_said_with_its_field(people: People, change: Json, pointer: str, told: str) -> None:
    agent = await people.agent("calculator")
    body = {**DAILY, "agent_id": agent}
    made = await people.send("POST", "/schedules", body)
    for answer in (
        await refused(people, "POST", "/schedules", {**body, **change}),
        await refused(people, "PATCH", f"/schedules/{made['id']}", change),
    ):
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == pointer
        assert told in error["detail"]


async def test_an_agent_that_is_not_there(people: People) -> None:
    body = {**DAILY, "agent_id": "01a1fbd1-034f-79b1-bf7b-77098bbc65ab"}
    answer = await refused(people, "POST", "/schedules", body)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "agent_not_found")


async def test_how_many_one_may_have(people: People) -> None:
    agent = await people.agent("calculator")
    most = ScheduleSettings().max_schedules_per_user
    for _ in range(most):
        await people.send("POST", "/schedules", {**DAILY, "agent_id": agent})
    answer = await refused(people, "POST", "/schedules", {**DAILY, "agent_id": agent})
    problem = answer.json()
    assert (answer.status_code, problem["error_code"]) == (409, "too_many_schedules")
    assert (problem["limit"], problem["count"]) == (most, most)


async def test_times_can_be_looked_at_before(people: People) -> None:
    found = await people.send("GET", "/schedules/preview?cron=0%200%20*%20*%20*&time_zone=Europe/Berlin")
    assert len(found["next_times"]) == 5
    answer = await refused(people, "GET", "/schedules/preview?cron=x")
    assert answer.json()["errors"][0]["pointer"] == "/cron"
