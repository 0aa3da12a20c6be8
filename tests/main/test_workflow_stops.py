"""How runs of workflows are stopped."""

import asyncio

from tests.main.people import People
from tests.main.test_workflows import execute, make_agent, make_workflow, over, steps_of


async def test_a_run_is_cancelled_as_a_whole(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [{"id": "slow", "agent_id": agent, "config": {"description": "[[latency=30]]"}}]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes)
    id = await execute(people, workflow)
    async with asyncio.timeout(30):
        while [step["status"] for step in await steps_of(people, id)] != ["running"]:
            await asyncio.sleep(0.02)
    await people.send("POST", f"/executions/{id}/cancel")
    assert (await over(people, workflow))["status"] == "cancelled"
    async with asyncio.timeout(30):
        while [step["status"] for step in await steps_of(people, id)] != ["cancelled"]:
            await asyncio.sleep(0.02)
