"""Runs of workflows lose their workers at every point: no finished step is done again, the run goes on elsewhere."""

import asyncio
import itertools
from typing import Any

import pytest

from tests.faults.client import Client
from tests.faults.processes import PATIENCE_S, Cluster

SLOW = "[[tokens=30]] [[token_delay=0.1]]"


async def workflow(client: Client, *nodes: dict[str, Any], edges: list[dict[str, str]]) -> str:
    """Make a workflow of these nodes; those without a type are agents."""
    agent = await client.agent()
    placed = [node if "type" in node else {**node, "agent_id": agent} for node in nodes]
    body = {"name": "W", "process_type": "graph", "nodes": placed, "edges": edges}
    return (await client.ask("POST", "/api/v1/workflows", body))["workflow_id"]


async def execute(client: Client, workflow_id: str) -> str:
    return (await client.ask("POST", f"/api/v1/workflows/{workflow_id}/execute", {}))["execution_id"]


async def steps_of(client: Client, id: str) -> dict[str, str]:
    found = (await client.ask("GET", f"/api/v1/executions/{id}/tasks"))["tasks"]
    return {step["key"]: step["status"] for step in found}


async def until_steps(client: Client, id: str, **statuses: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await steps_of(client, id) != statuses:
            await asyncio.sleep(0.1)


async def ends_told(client: Client, id: str) -> list[str]:
    events = await client.events(id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return [event["key"] for event in events if event["type"] == "task_end"]


def chain(*names: str) -> list[dict[str, str]]:
    return [{"source": first, "target": second} for first, second in itertools.pairwise(names)]


@pytest.mark.slow_fault
async def test_a_worker_killed_between_and_while_steps_are_joined(cluster: Cluster) -> None:
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        nodes = [
            {"id": "one", "config": {"description": "[[say=1]]"}},
            {"id": "left", "config": {"description": f"{SLOW} left"}},
            {"id": "right", "config": {"description": f"{SLOW} right"}},
            {"id": "join", "type": "aggregator", "config": {"combine": "list"}},
            {"id": "last", "config": {"description": "[[say=done]]"}},
        ]
        edges = [*chain("one", "left", "join", "last"), *chain("one", "right", "join")]
        id = await execute(client, await workflow(client, *nodes, edges=edges))
        await until_steps(client, id, one="completed", left="running", right="running")
        victim.kill()
        cluster.worker()
        run = await client.ended(id)
        assert (run["status"], run["output"]) == ("completed", "done")
        told = await ends_told(client, id)
        assert sorted(told) == ["join", "last", "left", "one", "right"], "each end once"
        assert len(await steps_of(client, id)) == 4, "no step was started again"


@pytest.mark.slow_fault
async def test_a_question_and_a_pause_outlive_every_worker(cluster: Cluster) -> None:
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        nodes = [
            {"id": "ask", "type": "human_input", "config": {"prompt": "Go on?"}},
            {"id": "last", "config": {"description": "[[say={{ steps.ask.output }}]]"}},
        ]
        id = await execute(client, await workflow(client, *nodes, edges=chain("ask", "last")))
        await until_steps(client, id, ask="waiting")
        victim.kill()
        await client.ask("POST", f"/api/v1/executions/{id}/pause")
        await client.ask("POST", f"/api/v1/executions/{id}/tasks/ask/input", {"input": "yes"})
        cluster.worker()
        await asyncio.sleep(3.0)
        assert await steps_of(client, id) == {"ask": "pending"}, "paused: whoever comes claims nothing of it"
        await client.ask("POST", f"/api/v1/executions/{id}/continue")
        run = await client.ended(id)
        assert (run["status"], run["output"]) == ("completed", "yes")


@pytest.mark.slow_fault
async def test_a_timer_that_is_due_while_nobody_lives_fires_when_somebody_comes(cluster: Cluster) -> None:
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        nodes = [
            {"id": "nap", "type": "timer", "config": {"delay_s": 2.0}},
            {"id": "last", "config": {"description": "[[say=awake]]"}},
        ]
        id = await execute(client, await workflow(client, *nodes, edges=chain("nap", "last")))
        await until_steps(client, id, nap="pending")
        victim.kill()
        await asyncio.sleep(3.0)
        assert await steps_of(client, id) == {"nap": "pending"}
        cluster.worker()
        run = await client.ended(id)
        assert (run["status"], run["output"]) == ("completed", "awake")
