"""What the fields of workflows, tasks and their runs do."""

import asyncio
import itertools
from typing import Any

from tests.main.people import People
from tests.main.test_workflows import crew, execute, make_agent, make_workflow, over, says, steps_of
from tests.shows import shows


async def ran(people: People, **body: Any) -> dict[str, Any]:
    """Run a workflow with these fields; return how its run ended."""
    workflow = await make_workflow(people, **body)
    await execute(people, workflow, topic="bees")
    return await over(people, workflow)


async def changed(people: People, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something; return what it is then."""
    answer = await people.client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@shows("WorkflowBody.run_timeout_s")
async def test_run_timeout_s_ends_the_run_with_what_it_started(people: People) -> None:
    node = {"id": "slow", "agent_id": await make_agent(people, "a"), "config": {"description": "[[latency=30]]"}}
    run = await ran(people, process_type="graph", nodes=[node], run_timeout_s=0.3)
    assert run["status"] == "timed_out"


@shows("WorkflowBody.max_cost_usd")
async def test_max_cost_usd_ends_the_run_before_its_next_step(people: People) -> None:
    body = await crew(people)
    run = await ran(people, **body, max_cost_usd=0.000_000_001)
    assert (run["status"], run["error"]["code"]) == ("failed", "cost_limit"), run
    assert len(await steps_of(people, run["execution_id"])) == 1


@shows("WorkflowBody.max_parallel", "WorkflowChanges.max_parallel")
async def test_max_parallel_bounds_the_steps_at_work(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [
        {"id": f"n{number}", "agent_id": agent, "config": {"description": f"[[latency=0.1]] {number}"}}
        for number in range(3)
    ]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes, max_parallel=1)
    id = await execute(people, workflow)
    assert (await over(people, workflow))["status"] == "completed"
    steps = await steps_of(people, id)
    assert len(steps) == 3
    assert all(before["end_time"] <= after["start_time"] for before, after in itertools.pairwise(steps))
    now = await changed(people, f"/api/v1/workflows/{workflow['workflow_id']}", {"max_parallel": None})
    assert now["max_parallel"] is None


@shows("WorkflowBody.manager_llm", "WorkflowChanges.manager_llm")
async def test_manager_llm_is_the_model_of_who_delegates(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [{"id": "w", "agent_id": agent, "alias": "W"}]
    tasks = [{"node_id": "w", "description": '[[say={"agent": "W", "verdict": "accept"}]]'}]
    body = {"process_type": "hierarchical", "nodes": nodes, "tasks": tasks}
    workflow = await make_workflow(people, **body, manager_llm="gpt-4o")
    id = await execute(people, workflow)
    await over(people, workflow)
    models = [
        (await people.send("GET", f"/executions/{step['task_execution_id']}"))["model"]
        for step in await steps_of(people, id)
    ]
    assert models[0] == models[2] == "gpt-4o" != models[1]
    again = await changed(people, f"/api/v1/workflows/{workflow['workflow_id']}", {"manager_llm": None})
    assert again["manager_llm"] is None


@shows("WorkflowBody.description", "WorkflowChanges.description")
async def test_the_description_is_found_by_the_search(people: People) -> None:
    workflow = await make_workflow(people, description="About bees", **await crew(people))
    path = f"/api/v1/workflows/{workflow['workflow_id']}"
    for text in ("bees", "wasps"):
        found = (await people.client.get("/api/v1/workflows", params={"search": text})).json()
        assert (found["total"], found["workflows"][0]["description"]) == (1, f"About {text}")
        await changed(people, path, {"description": "About wasps"})


@shows("CloneWorkflowBody.name")
async def test_a_copy_is_called_by_its_own_name(people: People) -> None:
    workflow = await make_workflow(people, **await crew(people))
    answer = await people.client.post(f"/api/v1/workflows/{workflow['workflow_id']}/clone", json={"name": "Mine"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Mine")


@shows("RunWorkflowBody.lane", "RunWorkflowBody.priority")
async def test_lane_and_priority_are_those_of_the_run(people: People) -> None:
    workflow = await make_workflow(
        people, process_type="graph", nodes=[{"id": "t", "type": "timer", "config": {"delay_s": 0}}]
    )
    path = f"/api/v1/workflows/{workflow['workflow_id']}/execute"
    answer = await people.client.post(path, json={"lane": "batch", "priority": -3})
    run = await people.send("GET", f"/executions/{answer.json()['execution_id']}")
    assert (run["lane"], run["priority"]) == ("batch", -3)
    refused = await people.client.post(path, json={"priority": 101})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/priority")


@shows("TaskBody.expected_output", "TaskBody.config_json", "TaskBody.task_id")
async def test_a_task_says_what_is_expected_in_which_form(people: People) -> None:
    node = {"id": "w", "agent_id": await make_agent(people, "a")}
    workflow = await make_workflow(people, nodes=[node])
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    task = {
        "task_id": "of-the-client",
        "node_id": "w",
        "description": '[[say={"n": 7}]]',
        "expected_output": "A number",
        "config_json": {"output_schema": schema},
    }
    added = await people.client.post(f"/api/v1/workflows/{workflow['workflow_id']}/tasks", json=task)
    assert added.json()["task_id"] != "of-the-client", "ids are the server's"
    await execute(people, workflow)
    run = await over(people, workflow)
    [step] = await steps_of(people, run["execution_id"])
    assert "Expected output: A number" in step["inputs_data"] and step["output_data"] == {"n": 7}


@shows("TaskBody.human_input_required", "TaskChanges.human_input_required")
async def test_a_person_reviews_what_a_task_gives(people: People) -> None:
    body = await crew(people)
    workflow = await make_workflow(people, **{**body, "tasks": [{"node_id": "r", **says("Bees")}]})
    await changed(people, f"/api/v1/tasks/{workflow['tasks'][0]['task_id']}", {"human_input_required": True})
    id = await execute(people, workflow)
    async with asyncio.timeout(30):
        while [step["status"] for step in await steps_of(people, id)] != ["completed", "waiting"]:
            await asyncio.sleep(0.02)
    answer = {"input": {"decision": "edit", "output": "Wasps"}}
    await people.send("POST", f"/executions/{id}/tasks/{workflow['tasks'][0]['task_id']}/input", answer)
    assert (await over(people, workflow))["final_output_json"] == "Wasps"
    added = await people.client.post(
        f"/api/v1/workflows/{workflow['workflow_id']}/tasks",
        json={"node_id": "w", "description": "Write.", "human_input_required": True},
    )
    assert added.json()["human_input_required"] is True


@shows("TaskChanges.node_id", "TaskChanges.description", "TaskChanges.config_json")
async def test_a_changed_task_is_done_by_another_agent_in_other_words(people: People) -> None:
    body = await crew(people)
    workflow = await make_workflow(people, **{**body, "tasks": [{"node_id": "r", "description": "Research."}]})
    path = f"/api/v1/tasks/{workflow['tasks'][0]['task_id']}"
    config = {"on_error": {"policy": "continue"}}
    task = await changed(people, path, {"node_id": "w", "description": "[[say=New]]", "config_json": config})
    assert task["assigned_agent_id"] == body["nodes"][1]["agent_id"]
    assert task["config_json"]["on_error"]["policy"] == "continue"
    await execute(people, workflow)
    run = await over(people, workflow)
    [step] = await steps_of(people, run["execution_id"])
    assert (run["final_output_json"], step["assigned_agent_id"]) == ("New", body["nodes"][1]["agent_id"])


@shows(
    "WorkflowChanges.process_type",
    "WorkflowChanges.nodes",
    "WorkflowChanges.edges",
    "WorkflowChanges.tasks",
    "WorkflowChanges.run_timeout_s",
    "WorkflowChanges.max_cost_usd",
)
async def test_a_workflow_is_changed_as_a_whole(people: People) -> None:
    workflow = await make_workflow(people, **await crew(people))
    nap = {"id": "nap", "type": "timer", "config": {"delay_s": 0}}
    body = {
        "process_type": "graph",
        "nodes": [nap, {**nap, "id": "then"}],
        "edges": [{"source": "nap", "target": "then"}],
        "tasks": [],
        "run_timeout_s": 60,
        "max_cost_usd": 2.5,
    }
    now = await changed(people, f"/api/v1/workflows/{workflow['workflow_id']}", body)
    assert (now["process_type"], now["tasks"], now["run_timeout_s"], now["max_cost_usd"]) == ("graph", [], 60, 2.5)
    assert [edge["target"] for edge in now["edges"]] == ["then"]
    await execute(people, workflow)
    run = await over(people, workflow)
    assert [step["key"] for step in await steps_of(people, run["execution_id"])] == ["nap", "then"]
