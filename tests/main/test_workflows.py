"""Workflows as their owners meet them: saved with pointers to what is wrong, run as parent and child runs."""

from typing import Any

from tests.main.people import People

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
