"""Teams and handoffs lose their workers; PostgreSQL and Redis go away under teams and workflows."""

import asyncio
import signal
from collections import Counter
from typing import Any

import pytest

from tests.faults.client import Client
from tests.faults.processes import PATIENCE_S, Cluster
from tests.faults.servers import OwnPostgres
from tests.faults.test_workflows import chain, ends_told, execute, workflow
from tests.servers import TestRedis

GO_ON = '[[say={"project_complete": false}]]'
TEAM_OVER = ("completed", "failed", "stopped", "timed_out")


async def start_team(client: Client, requirements: str, *, iterations: int) -> str:
    """Have two agents work, B with what A says; return the run's public id."""
    for name, needs in (("A", []), ("B", ["A"])):
        await client.ask("POST", "/api/agents", {"name": name, "dependencies": needs})
    configuration = {"max_iterations": iterations, "stability_threshold": 50}
    body = {"user_requirements": requirements, "configuration": configuration}
    return (await client.ask("POST", "/api/v1/workflow/start", body))["workflow_id"]


async def execution_of(client: Client, team: str) -> str:
    return (await client.ask("GET", f"/api/v1/workflow/{team}"))["execution_id"]


async def children_of(client: Client, id: str) -> list[dict[str, Any]]:
    return (await client.ask("GET", f"/api/v1/executions?parent_run_id={id}&kind=all&limit=100"))["executions"]


async def until_running(client: Client, id: str, name: str) -> None:
    """Return once a child run of this name is running."""
    async with asyncio.timeout(PATIENCE_S):
        while (name, "running") not in {(run["agent_name"], run["status"]) for run in await children_of(client, id)}:
            await asyncio.sleep(0.1)


async def team_ended(client: Client, team: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await client.send("GET", f"/api/v1/workflow/{team}/status")
            if answer.is_success and answer.json()["status"] in TEAM_OVER:
                return answer.json()
            await asyncio.sleep(0.2)


async def check_team(client: Client, team: str, *, iterations: int) -> None:
    """Assert that a team has had all its turns, each of them once, and told the end of each once."""
    ended = await team_ended(client, team)
    assert (ended["status"], ended["current_iteration"]) == ("completed", iterations)
    id = await execution_of(client, team)
    turns = Counter(run["agent_name"] for run in await children_of(client, id))
    assert turns.keys() >= {"coordinator", "A", "B"}
    assert set(turns.values()) == {iterations}, "no turn was begun twice"
    told = await ends_told(client, id)
    assert len(told) == len(set(told)) == (len(turns) + 1) * iterations, "each turn's end and each iteration's once"


@pytest.mark.slow_fault
async def test_a_worker_killed_while_members_have_their_turns(cluster: Cluster) -> None:
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        team = await start_team(client, f"Design it. {GO_ON} [[latency=1.5]]", iterations=2)
        await until_running(client, await execution_of(client, team), "A")
        victim.kill()
        second = cluster.worker()
        await until_running(client, await execution_of(client, team), "B")
        second.kill()
        cluster.worker()
        await check_team(client, team, iterations=2)


@pytest.mark.slow_fault
async def test_a_worker_killed_while_another_agent_has_taken_over(cluster: Cluster) -> None:
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        triage, math = await client.agent(), await client.agent(name="Math")
        edge = {"target_agent_id": math, "description": "Knows numbers."}
        await client.ask("POST", f"/api/v1/agents/{triage}/handoffs", edge)
        id = await client.start(triage, "2+2? [[tools=1]] [[say=four]] [[latency=1.5]]")
        await until_running(client, id, "Math")
        victim.kill()
        cluster.worker()
        run = await client.ended(id)
        assert (run["status"], run["result"], run["answered_by"]["agent_id"]) == ("completed", "four", math)
        assert [child["agent_id"] for child in await children_of(client, id)] == [math], "it is handed over once"
        events = await client.events(id)
        assert len([event for event in events if event["type"] == "task_end"]) == 1
        assert run["usage"]["model_calls"] >= 2, "a call that was cut off is made again"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
@pytest.mark.slow_fault
async def test_the_database_restarts_under_a_workflow_and_a_team(
    own_postgres: OwnPostgres, own_cluster: Cluster, number: int
) -> None:
    server = own_cluster.server("--no-worker")
    own_cluster.worker()
    async with Client([server.url]) as client:
        steps = [
            {"id": name, "config": {"description": f"[[say={name}]] [[latency=1]]"}} for name in ("one", "two", "three")
        ]
        id = await execute(client, await workflow(client, *steps, edges=chain("one", "two", "three")))
        team = await start_team(client, f"Design it. {GO_ON} [[latency=0.5]]", iterations=2)
        await until_running(client, id, await _first_agent(client))
        with own_postgres.away(number):
            await asyncio.sleep(1.0)
        run = await client.ended(id)
        assert (run["status"], run["output"]) == ("completed", "three")
        assert await ends_told(client, id) == ["one", "two", "three"]
        ended = await team_ended(client, team)
        assert ended["status"] == "completed"
        told = await ends_told(client, await execution_of(client, team))
        assert len(told) == len(set(told)), "each end once"


async def _first_agent(client: Client) -> str:
    agents = (await client.ask("GET", "/api/agents?limit=100"))["agents"]
    return next(agent["name"] for agent in agents if agent["name"].startswith("Agent"))


@pytest.mark.slow_fault
async def test_redis_goes_away_under_a_workflow_and_a_team(cluster: Cluster, own_redis: TestRedis) -> None:
    cluster.settings["REDIS_URL"] = own_redis.url
    server = cluster.server("--no-worker")
    cluster.workers(2)
    async with Client([server.url]) as client:
        steps = [{"id": name, "config": {"description": f"[[say={name}]] [[latency=1]]"}} for name in ("one", "two")]
        nap = {"id": "nap", "type": "timer", "config": {"delay_s": 1.0}}
        id = await execute(client, await workflow(client, *steps, nap, edges=chain("one", "nap", "two")))
        team = await start_team(client, f"Design it. {GO_ON} [[latency=0.5]]", iterations=2)
        await until_running(client, await execution_of(client, team), "A")
        own_redis.stop()
        run = await client.ended(id)
        assert (run["status"], run["output"]) == ("completed", "two")
        assert await ends_told(client, id) == ["one", "nap", "two"]
        await check_team(client, team, iterations=2)
