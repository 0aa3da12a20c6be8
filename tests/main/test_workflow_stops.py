"""How runs of workflows are stopped."""

import asyncio

from tests.main.people import People
from tests.main.test_workflows import execute, make_agent, make_workflow, over, steps_of
from tests.main.test_workflows_again import chain, steps_until


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


async def test_only_whole_runs_of_workflows_are_paused(people: People) -> None:
    workflow = await chain(people, middle="[[latency=30]]")
    id = await execute(people, workflow, topic="x")
    await steps_until(people, id, "completed", "running")
    step = (await steps_of(people, id))[1]["task_execution_id"]
    refused = await people.answer_of("POST", f"/executions/{step}/pause")
    assert (refused.status_code, refused.json()["root_run_id"]) == (409, id)
    await people.send("POST", f"/executions/{id}/cancel")
    agent = await people.ended(await people.start(await people.agent(model="demo"), "1+1"))
    refused = await people.answer_of("POST", f"/executions/{agent['id']}/pause")
    assert (refused.status_code, refused.json()["error_code"]) == (409, "execution_not_pausable")
