"""Workflows as their owners meet them: saved with pointers to what is wrong, run as parent and child runs."""

import asyncio
from typing import Any

from tests.main.people import OVER, People
from tests.shows import shows

UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def make_agent(people: People, name: str, **fields: Any) -> str:
    answer = await people.client.post("/api/agents", json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def make_workflow(people: People, **body: Any) -> dict[str, Any]:
    answer = await people.client.post("/api/v1/workflows", json={"name": "W", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def crew(people: People) -> dict[str, Any]:
    """A crew of two with a task each; the second names the first as its context by an id of the client's own."""
    researcher, writer = await make_agent(people, "researcher"), await make_agent(people, "writer")
    return {
        "process_type": "sequential",
        "nodes": [{"id": "r", "agent_id": researcher, "alias": "R"}, {"id": "w", "agent_id": writer}],
        "edges": [{"source": "r", "target": "w"}],
        "tasks": [
            {"task_id": "t1", "node_id": "r", "description": "Research {topic}."},
            {"task_id": "t2", "node_id": "w", "description": "Write.", "context_task_ids": ["t1"]},
        ],
    }


@shows("WorkflowBody.name", "WorkflowChanges.name")
async def test_a_workflow_is_saved_listed_changed_cloned_restored_and_removed(people: People) -> None:
    body = await crew(people)
    made = await make_workflow(people, **body)
    first, second = (task["task_id"] for task in made["tasks"])
    assert (len(first), made["tasks"][1]["context_task_ids"]) == (36, [first]), "ids are the server's"
    path = f"/api/v1/workflows/{made['workflow_id']}"
    listed = (await people.client.get("/api/v1/workflows", params={"search": "w"})).json()
    assert (listed["total"], listed["workflows"][0]["task_count"]) == (1, 2)
    changed = await people.client.put(path, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    assert [task["task_id"] for task in changed.json()["tasks"]] == [first, second], "known tasks keep their ids"
    stale = await people.client.put(path, json={"name": "Other"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["error_code"]) == (412, "workflow_changed_meanwhile")
    same = await people.client.put(path, json={"name": "New"})
    assert same.json()["version"] == 2, "no change, no version"
    clone = (await people.client.post(f"{path}/clone")).json()
    assert (clone["name"], clone["version"]) == ("New (copy)", 1)
    assert {task["task_id"] for task in clone["tasks"]}.isdisjoint({first, second})
    restored = await people.client.post(f"{path}/versions/1/restore")
    assert (restored.json()["name"], restored.json()["version"]) == ("W", 3)
    versions = (await people.client.get(f"{path}/versions")).json()
    assert [item["version"] for item in versions["versions"]] == [3, 2, 1]
    assert (await people.client.delete(path)).status_code == 204
    assert (await people.client.get(path)).status_code == 404


@shows(
    "TaskBody.node_id",
    "TaskBody.description",
    "TaskBody.context_task_ids",
    "TaskChanges.expected_output",
    "TaskChanges.context_task_ids",
)
async def test_tasks_are_added_changed_and_removed_one_by_one(people: People) -> None:
    made = await make_workflow(people, **await crew(people))
    path = f"/api/v1/workflows/{made['workflow_id']}/tasks"
    first = made["tasks"][0]["task_id"]
    added = await people.client.post(path, json={"node_id": "r", "description": "Sum up.", "context_task_ids": [first]})
    assert added.status_code == 201, added.text
    assert added.json()["assigned_agent_id"] == made["nodes"][0]["agent_id"]
    third = added.json()["task_id"]
    changed = await people.client.put(f"/api/v1/tasks/{third}", json={"expected_output": "One line"})
    assert (changed.status_code, changed.json()["expected_output"]) == (200, "One line")
    bad = await people.client.put(f"/api/v1/tasks/{third}", json={"context_task_ids": ["nobody"]})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/tasks/2/context_task_ids/0")
    assert (await people.client.delete(f"/api/v1/tasks/{first}")).status_code == 204
    left = (await people.client.get(path)).json()
    assert [task["context_task_ids"] for task in left["tasks"]] == [[], []], "nobody names a task that is gone"
    assert (await people.client.delete(f"/api/v1/tasks/{first}")).status_code == 404


async def test_what_cannot_run_is_refused_with_pointers(people: People) -> None:
    agent = await make_agent(people, "a")
    body = {
        "process_type": "graph",
        "nodes": [
            {"id": "a", "agent_id": agent},
            {"id": "b", "agent_id": UNKNOWN},
            {"id": "d", "type": "decision"},
            {"id": "t", "type": "timer", "config": {}},
            {"id": "x", "type": "tool", "config": {"tool": "no_such_tool"}},
        ],
        "edges": [
            {"source": "a", "target": "d", "condition": {"expression": "1 +"}},
            {"source": "d", "target": "a"},
            {"source": "d", "target": "nowhere"},
            {"source": "b", "target": "t", "mapping": {"x": "steps.zzz.output"}},
        ],
    }
    answer = await people.client.post("/api/v1/workflows", json={"name": "W", **body})
    assert answer.status_code == 422
    rules = {(error["pointer"], error["rule"]) for error in answer.json()["errors"]}
    assert {
        ("/nodes/1/agent_id", "known_agent"),
        ("/nodes/3/config", "one_of"),
        ("/nodes/4/config/tool", "known_tool"),
        ("/edges/0/condition", "condition"),
        ("/edges/2/target", "known_node"),
        ("/edges/3/mapping/x", "known_value"),
        ("/nodes/0", "no_cycle"),
        ("/nodes/2", "no_cycle"),
        ("/nodes/4", "reachable"),
    } <= rules
    checked = (await people.client.post("/api/v1/workflows/validate", json={"name": "W", **body})).json()
    assert (checked["valid"], {(item["pointer"], item["rule"]) for item in checked["errors"]}) == (False, rules)
    assert (await people.client.get("/api/v1/workflows")).json()["total"] == 0, "nothing was stored"


async def test_a_workflow_cannot_be_a_step_of_itself_and_says_who_uses_it(people: People) -> None:
    agent = await make_agent(people, "a")
    inner = await make_workflow(people, process_type="graph", nodes=[{"id": "a", "agent_id": agent}])
    step = {"id": "s", "type": "workflow", "config": {"workflow_id": inner["workflow_id"]}}
    outer = await make_workflow(people, name="Outer", process_type="graph", nodes=[step])
    back = {"id": "s", "type": "workflow", "config": {"workflow_id": outer["workflow_id"]}}
    answer = await people.client.put(f"/api/v1/workflows/{inner['workflow_id']}", json={"nodes": [back]})
    assert answer.status_code == 422
    assert [error["rule"] for error in answer.json()["errors"]] == ["no_recursion"]
    refused = await people.client.delete(f"/api/v1/workflows/{inner['workflow_id']}")
    assert (refused.status_code, refused.json()["used_by"][0]["name"]) == (409, "Outer")


async def test_what_a_workflow_uses_is_not_removed_unnoticed(people: People) -> None:
    placed, instead = await make_agent(people, "a"), await make_agent(people, "b")
    policy = {"policy": "fallback", "fallback_agent_id": instead}
    node = {"id": "a", "agent_id": placed, "config": {"on_error": policy}}
    workflow = await make_workflow(people, name="Uses both", process_type="graph", nodes=[node])
    body = {"name": "Hook", "agent_id": placed}
    await people.send("POST", "/triggers", body)
    for agent, used in (
        (placed, [("trigger", "agent_id"), ("workflow", "nodes")]),
        (instead, [("workflow", "on_error")]),
    ):
        refused = await people.answer_of("DELETE", f"/agents/{agent}")
        assert refused.status_code == 409, refused.text
        assert [(use["kind"], use["field"]) for use in refused.json()["used_by"]] == used
        assert refused.json()["used_by"][-1]["id"] == workflow["workflow_id"]
    assert (await people.answer_of("DELETE", f"/agents/{placed}?force=true")).is_success
    started = await people.answer_of("POST", f"/workflows/{workflow['workflow_id']}/execute", {})
    assert [error["pointer"] for error in started.json()["errors"]] == ["/nodes/0/agent_id"]


async def execute(people: People, workflow: dict[str, Any], **inputs: Any) -> str:
    answer = await people.client.post(f"/api/v1/workflows/{workflow['workflow_id']}/execute", json={"inputs": inputs})
    assert answer.status_code == 202, answer.text
    return answer.json()["execution_id"]


async def over(people: People, workflow: dict[str, Any]) -> dict[str, Any]:
    """Return the latest run of a workflow once it is over."""
    path = f"/workflows/{workflow['workflow_id']}/status"
    async with asyncio.timeout(30):
        while (run := await people.send("GET", path))["status"] not in OVER:
            await asyncio.sleep(0.02)
    return run


async def steps_of(people: People, id: str) -> list[dict[str, Any]]:
    return (await people.send("GET", f"/executions/{id}/tasks"))["tasks"]


def says(text: str, **config: Any) -> dict[str, Any]:
    return {"description": f"[[say={text}]]", **config}


@shows("WorkflowBody.tasks", "WorkflowBody.nodes", "RunWorkflowBody.inputs")
async def test_a_crew_runs_its_tasks_in_order_with_their_context(people: People) -> None:
    body = await crew(people)
    body["tasks"][0]["description"] = "Research {topic}. [[say=Bees dance]]"
    body["tasks"][1]["description"] = "Write. [[say=An article]]"
    workflow = await make_workflow(people, **body)
    id = await execute(people, workflow, topic="bees")
    run = await over(people, workflow)
    assert (run["status"], run["final_output_json"], run["error"]) == ("completed", "An article", None), run
    first, second = await steps_of(people, id)
    assert (first["task_id"], first["output_data"]) == (workflow["tasks"][0]["task_id"], "Bees dance")
    assert first["inputs_data"].startswith("Research bees.")
    assert "Bees dance" in second["inputs_data"]
    assert run["usage_metrics_json"]["model_calls"] == 2, "what the steps used counts as the run's"
    trace = await people.send("GET", f"/executions/{id}/events")
    told = [(event["type"], event["key"]) for event in trace["events"] if event["type"].startswith("task_")]
    assert told == [("task_start", "task:1"), ("task_end", "task:1"), ("task_start", "task:2"), ("task_end", "task:2")]
    child = await people.send("GET", f"/executions/{first['task_execution_id']}/events")
    assert child["events"][-1]["type"] == "complete", "a step has a trace of its own"


async def test_whoever_waits_is_answered_with_the_end(people: People) -> None:
    agent = await make_agent(people, "a")
    workflow = await make_workflow(people, nodes=[{"id": "a", "agent_id": agent, "config": says("done")}])
    path = f"/workflows/{workflow['workflow_id']}/run?wait=true"
    answer = await people.answer_of("POST", path, {})
    run = answer.json()
    assert (answer.status_code, run["status"], run["final_output_json"]) == (201, "completed", "done")
    paused = await people.answer_of("POST", path, {"breakpoints": ["*"]})
    assert (paused.status_code, paused.json()["paused_at"] is None) == (202, False)


@shows("WorkflowBody.edges")
async def test_a_graph_branches_joins_repeats_and_calls_tools(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [
        {
            "id": "sum",
            "type": "tool",
            "config": {"tool": "calculator", "arguments": {"expression": "{{ inputs.x }}*2"}},
        },
        {"id": "left", "agent_id": agent, "config": says("L")},
        {"id": "right", "agent_id": agent, "config": says("R")},
        {"id": "join", "type": "aggregator", "config": {"combine": "list"}},
        {"id": "big", "type": "decision"},
        {"id": "improve", "type": "loop", "config": {"max_rounds": 5, "until": {"expression": "round == 2"}}},
        {"id": "worker", "agent_id": agent, "parent": "improve", "config": says("W")},
        {"id": "small", "agent_id": agent, "config": says("S")},
    ]
    edges = [
        {"source": "sum", "target": "left"},
        {"source": "sum", "target": "right"},
        {"source": "left", "target": "join"},
        {"source": "right", "target": "join"},
        {"source": "join", "target": "big"},
        {"source": "big", "target": "improve", "condition": {"expression": "steps.sum.output > 10"}},
        {"source": "big", "target": "small", "otherwise": True},
    ]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes, edges=edges)
    id = await execute(people, workflow, x=21)
    run = await over(people, workflow)
    assert (run["status"], run["final_output_json"]) == ("completed", "W"), run
    steps = {step["key"]: step for step in await steps_of(people, id)}
    assert list(steps) == ["sum", "left", "right", "improve[1]/worker", "improve[2]/worker"]
    assert (steps["sum"]["output_data"], steps["sum"]["kind"]) == (42, "tool")
    events = (await people.send("GET", f"/executions/{id}/events"))["events"]
    ends = {event["key"]: event["status"] for event in events if event["type"] == "task_end"}
    assert (ends["small"], ends["join"], ends["improve"]) == ("skipped", "completed", "completed")
    assert len({event["key"] for event in events if event["type"] == "task_end"}) == len(
        [event for event in events if event["type"] == "task_end"]
    ), "each end is told once"


@shows("TaskInputBody.input")
async def test_a_branch_goes_on_while_another_waits_for_a_person(people: People) -> None:
    agent = await make_agent(people, "a")
    form = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    nodes = [
        {"id": "ask", "type": "human_input", "config": {"prompt": "Where to, {who}?", "form": form}},
        {"id": "one", "agent_id": agent, "config": says("1")},
        {"id": "two", "agent_id": agent, "config": says("2")},
        {"id": "trip", "agent_id": agent, "config": says("Trip to {{ steps.ask.output.city }}")},
    ]
    edges = [{"source": "one", "target": "two"}, {"source": "ask", "target": "trip"}]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes, edges=edges)
    id = await execute(people, workflow, who="Ada")
    async with asyncio.timeout(30):
        while [step["status"] for step in await steps_of(people, id)] != ["waiting", "completed", "completed"]:
            await asyncio.sleep(0.02)
    await people.until(id, lambda run: run["status"] == "waiting")
    [question] = (await people.send("GET", "/interrupts"))["interrupts"]
    assert question["value"]["prompt"] == "Where to, Ada?"
    path = f"/executions/{id}/tasks/ask/input"
    bad = await people.answer_of("POST", path, {"input": {"town": 5}})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/input/city")
    await people.send("POST", path, {"input": {"city": "Oslo"}})
    run = await over(people, workflow)
    assert run["final_output_json"] == {"two": "2", "trip": "Trip to Oslo"}
    again = await people.answer_of("POST", path, {"input": {"city": "Oslo"}})
    assert (again.status_code, again.json()["error_code"]) == (409, "nothing_to_answer")


async def test_a_failing_step_fails_the_run_and_ends_what_still_runs(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [
        {"id": "slow", "agent_id": agent, "config": {"description": "[[latency=30]]"}},
        {"id": "bad", "type": "tool", "config": {"tool": "calculator", "arguments": {"expression": "1/0"}}},
    ]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes)
    id = await execute(people, workflow)
    run = await over(people, workflow)
    assert (run["status"], run["error"]["message"].startswith("step 'bad' failed: ")) == ("failed", True), run
    async with asyncio.timeout(30):
        while (await steps_of(people, id))[0]["status"] not in OVER:
            await asyncio.sleep(0.05)
    assert (await steps_of(people, id))[0]["status"] == "cancelled"


@shows("WorkflowBody.process_type")
async def test_a_manager_delegates_and_checks(people: People) -> None:
    agent = await make_agent(people, "a")
    nodes = [{"id": "w", "agent_id": agent, "alias": "W"}]
    tasks = [{"node_id": "w", "description": '[[say={"agent": "W", "verdict": "accept"}]]'}]
    workflow = await make_workflow(people, process_type="hierarchical", nodes=nodes, tasks=tasks)
    id = await execute(people, workflow)
    run = await over(people, workflow)
    assert run["status"] == "completed", run
    assert [step["kind"] for step in await steps_of(people, id)] == ["prompt", "agent", "prompt"]


async def test_sub_workflows_timers_and_refused_steps(people: People) -> None:
    agent = await make_agent(people, "a")
    inner = await make_workflow(
        people, process_type="graph", nodes=[{"id": "a", "agent_id": agent, "config": says("{topic}!")}]
    )
    step = {"workflow_id": inner["workflow_id"], "inputs": {"topic": "inputs.word"}}
    nodes = [
        {"id": "nap", "type": "timer", "config": {"delay_s": 0.01}},
        {"id": "inner", "type": "workflow", "config": step},
    ]
    outer = await make_workflow(
        people, name="Outer", process_type="graph", nodes=nodes, edges=[{"source": "nap", "target": "inner"}]
    )
    await execute(people, outer, word="hey")
    run = await over(people, outer)
    assert (run["status"], run["final_output_json"]) == ("completed", "hey!"), run
