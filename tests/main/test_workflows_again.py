"""Runs of workflows that are paused, run again, listed, watched, removed and scheduled."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.main.people import Json, People
from tests.main.test_workflows import execute, make_agent, make_workflow, over, says, steps_of
from tests.shows import shows

LOOP_S = 0.02


async def chain(people: People, *, middle: str) -> dict[str, Any]:
    """Three agents, one after another; what the second is told is given."""
    agent = await make_agent(people, "a")
    nodes = [
        {"id": "one", "agent_id": agent, "config": says("first about {topic}")},
        {"id": "two", "agent_id": agent, "config": {"description": middle}},
        {"id": "three", "agent_id": agent, "config": says("{{ steps.one.output }} and {{ steps.two.output }}")},
    ]
    edges = [{"source": "one", "target": "two"}, {"source": "two", "target": "three"}]
    return await make_workflow(people, process_type="graph", nodes=nodes, edges=edges)


async def steps_until(people: People, id: str, *statuses: str) -> None:
    async with asyncio.timeout(30):
        while [step["status"] for step in await steps_of(people, id)] != [*statuses]:
            await asyncio.sleep(LOOP_S)


async def test_a_paused_run_begins_nothing_until_it_goes_on(people: People, fresh_database_url: str) -> None:
    workflow = await chain(people, middle="[[latency=0.5]] [[say=second]]")
    id = await execute(people, workflow, topic="bees")
    await steps_until(people, id, "completed", "running")
    paused = await people.send("POST", f"/executions/{id}/pause")
    assert paused["paused_at"] is not None
    assert (await people.send("POST", f"/executions/{id}/pause"))["paused_at"] == paused["paused_at"]
    await steps_until(people, id, "completed", "completed")
    shown = await people.send("GET", f"/executions/{id}")
    assert (shown["status"], shown["paused_at"]) == ("pending", paused["paused_at"]), "what ran went on to its end"
    before = await _deadline(fresh_database_url, id)
    assert len(await steps_of(people, id)) == 2, "nothing new is begun"
    continued = await people.send("POST", f"/executions/{id}/continue")
    assert continued["paused_at"] is None
    run = await over(people, workflow)
    assert (run["status"], run["final_output_json"]) == ("completed", "first about bees and second")
    assert await _deadline(fresh_database_url, id) > before, "the pause does not count"
    events = (await people.send("GET", f"/executions/{id}/events"))["events"]
    told = [(event["type"], event.get("reason")) for event in events if event["type"] in ("pause", "continue")]
    assert told == [("pause", "request"), ("continue", None)], "once each"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    again = await people.answer_of("POST", f"/executions/{id}/continue")
    assert (again.status_code, again.json()["error_code"]) == (409, "execution_not_paused")
    ended = await people.answer_of("POST", f"/executions/{id}/pause")
    assert (ended.status_code, ended.json()["error_code"]) == (409, "execution_over")
    actions = [line["action"] for line in (await people.send("GET", "/audit-log"))["entries"]]
    assert {"execution.paused", "execution.continued"} <= set(actions)


async def _deadline(url: str, id: str) -> Any:
    connection: Any = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT deadline FROM runs WHERE id = $1::uuid", id)
    finally:
        await connection.close()


async def test_a_paused_run_is_cancelled_and_an_answer_waits_for_the_end_of_the_pause(people: People) -> None:
    ask = {"id": "ask", "type": "human_input", "config": {"prompt": "Go?", "timeout_s": 3600.0}}
    workflow = await make_workflow(people, process_type="graph", nodes=[ask])
    id = await execute(people, workflow)
    await steps_until(people, id, "waiting")
    await people.send("POST", f"/executions/{id}/pause")
    await people.send("POST", f"/executions/{id}/tasks/ask/input", {"input": "yes"})
    assert [step["status"] for step in await steps_of(people, id)] == ["pending"]
    await people.send("POST", f"/executions/{id}/continue")
    assert (await over(people, workflow))["final_output_json"] == "yes"
    second = await execute(people, workflow)
    await steps_until(people, second, "waiting")
    await people.send("POST", f"/executions/{second}/pause")
    await people.send("POST", f"/executions/{second}/cancel")
    cancelled = await people.ended(second)
    assert (cancelled["status"], cancelled["paused_at"]) == ("cancelled", None)


@shows("RunWorkflowBody.mocks", "RunWorkflowBody.breakpoints", "MockBody.output", "MockBody.error")
async def test_a_test_makes_steps_up_and_stops_before_others(people: People) -> None:
    workflow = await chain(people, middle="[[latency=30]]")
    body = {"inputs": {"topic": "bees"}, "mocks": {"two": {"output": {"made": "up"}}}, "breakpoints": ["two", "three"]}
    path = f"/workflows/{workflow['workflow_id']}/execute"
    id = (await people.send("POST", path, body))["execution_id"]
    for stop, ended in (("two", ["one"]), ("three", ["one", "two"])):
        await people.until(id, lambda run: run["status"] == "pending" and run["paused_at"] is not None)
        events = await people.log(id)
        pause = [event for event in events if event["type"] == "pause"][-1]
        assert (pause["reason"], pause["steps"]) == ("breakpoint", [stop])
        assert [event["key"] for event in events if event["type"] == "task_end"] == ended
        await people.send("POST", f"/executions/{id}/continue")
    run = await over(people, workflow)
    assert (run["status"], run["final_output_json"]) == ("completed", 'first about bees and {"made": "up"}')
    [made_up] = [event for event in await people.log(id) if event.get("mocked")]
    assert (made_up["key"], made_up["value"]) == ("two", {"made": "up"})
    assert [step["key"] for step in await steps_of(people, id)] == ["one", "three"], "nothing was run for it"
    replayed = await people.again(id, "replay")
    await people.until(replayed, lambda run: run["paused_at"] is not None)
    await people.send("POST", f"/executions/{replayed}/cancel")
    failing = {"mocks": {"one": {"output": None}, "two": {"error": "no model"}}}
    await people.send("POST", path, failing)
    failed = await over(people, workflow)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "mock_failed")


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


async def test_a_retry_goes_on_from_the_failed_step_and_pays_for_nothing_twice(people: People) -> None:
    workflow = await chain(people, middle="[[fail=400:1]] [[say=second]]")
    id = await execute(people, workflow, topic="bees")
    failed = await over(people, workflow)
    assert failed["status"] == "failed", failed
    assert [step["status"] for step in await steps_of(people, id)] == ["completed", "failed"]
    retried = await people.send("POST", f"/executions/{id}/retry")
    assert (retried["kind"], retried["origin"]["execution_id"]) == ("workflow", id)
    run = await over(people, workflow)
    assert (run["execution_id"], run["status"]) == (retried["id"], "completed"), run
    assert run["final_output_json"] == "first about bees and second"
    first, second, third = await steps_of(people, retried["id"])
    assert [step["taken_over"] for step in (first, second, third)] == [True, False, False]
    assert first["task_execution_id"] == (await steps_of(people, id))[0]["task_execution_id"], "with its trace"
    assert run["usage_metrics_json"]["model_calls"] == 2
    events = (await people.send("GET", f"/executions/{retried['id']}/events"))["events"]
    ends = [(event["key"], event["attempt"]) for event in events if event["type"] == "task_end"]
    assert ends[0] == ("one", 0), "events of attempt 0 are another run's"
    assert [key for key, _ in ends] == ["one", "two", "three"]
    again = await people.answer_of("POST", f"/executions/{retried['id']}/retry")
    assert (again.status_code, again.json()["error_code"]) == (409, "nothing_to_retry")


async def test_a_retry_goes_into_the_workflow_that_failed(people: People) -> None:
    inner = await chain(people, middle="[[fail=400:1]] [[say=second]] of the inner one")
    step = {
        "id": "s",
        "type": "workflow",
        "config": {"workflow_id": inner["workflow_id"], "inputs": {"topic": "inputs.x"}},
    }
    outer = await make_workflow(people, name="Outer", process_type="graph", nodes=[step])
    id = await execute(people, outer, x="bees")
    assert (await over(people, outer))["status"] == "failed"
    retried = await people.send("POST", f"/executions/{id}/retry")
    run = await over(people, outer)
    assert (run["execution_id"], run["final_output_json"]) == (retried["id"], "first about bees and second"), run
    [done] = await steps_of(people, retried["id"])
    within = await steps_of(people, done["task_execution_id"])
    assert [item["taken_over"] for item in within] == [True, False, False]
    assert run["usage_metrics_json"]["model_calls"] == 2


@shows("ForkBody.from_step", "ForkBody.edit")
async def test_a_fork_goes_on_from_a_step_with_another_state(people: People) -> None:
    workflow = await chain(people, middle="[[say=second]]")
    id = await execute(people, workflow, topic="bees")
    assert (await over(people, workflow))["status"] == "completed"
    edit = {"steps": {"one": "edited"}, "inputs": {"topic": "ants"}}
    forked = await people.send("POST", f"/executions/{id}/fork", {"from_step": "two", "edit": edit})
    run = await over(people, workflow)
    assert (run["execution_id"], run["final_output_json"]) == (forked["id"], "edited and second")
    assert run["inputs_json"] == {"topic": "ants"}
    steps = await steps_of(people, forked["id"])
    assert [(step["taken_over"], step["edited"]) for step in steps] == [(True, True), (False, False), (False, False)]
    replayed = await people.send("POST", f"/executions/{forked['id']}/replay")
    run = await over(people, workflow)
    assert (run["execution_id"], run["final_output_json"]) == (replayed["id"], "first about ants and second")
    for body, pointer in (
        ({"after_seq": 3}, "/after_seq"),
        ({"from_step": "nobody"}, "/from_step"),
        ({"from_step": "two", "edit": {"outputs": {}}}, "/edit/outputs"),
        ({"from_step": "two", "edit": {"steps": {"three": 1}}}, "/edit/steps/three"),
    ):
        refused = await people.answer_of("POST", f"/executions/{id}/fork", body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    step = (await steps_of(people, id))[0]["task_execution_id"]
    of_agent = await people.answer_of("POST", f"/executions/{step}/fork", {"from_step": "one"})
    assert {error["pointer"] for error in of_agent.json()["errors"]} == {"/from_step", "/after_seq"}


async def test_runs_of_workflows_are_listed_shown_watched_and_removed(people: People) -> None:
    workflow = await chain(people, middle="[[say=second]]")
    id = await execute(people, workflow, topic="bees")
    assert (await over(people, workflow))["status"] == "completed"
    await people.ended(await people.start(await people.agent(model="demo"), "1+1"))

    async def listed(query: str) -> list[Json]:
        return (await people.send("GET", f"/executions{query}"))["executions"]

    assert [run["kind"] for run in await listed("")] == ["agent"], "as it was for those who know of agents only"
    [run] = await listed("?kind=workflow")
    assert (run["id"], run["workflow_id"], run["agent_id"]) == (id, workflow["workflow_id"], "")
    assert (run["output"], run["inputs"]) == ("first about bees and second", {"topic": "bees"})
    assert {run["kind"] for run in await listed("?kind=all")} == {"agent", "workflow"}
    assert [run["id"] for run in await listed("?kind=all&search=bees")] == [id]
    assert [run["id"] for run in await listed(f"?workflow_id={workflow['workflow_id']}")] == [id]
    assert len(await listed(f"?kind=all&parent_run_id={id}")) == 3
    stream = await people.client.get(f"/api/v1/workflows/{workflow['workflow_id']}/stream")
    assert (stream.status_code, f"id: {id}:1" in stream.text, '"complete"' in stream.text) == (200, True, True)
    step = (await steps_of(people, id))[0]["task_execution_id"]
    refused = await people.answer_of("DELETE", f"/executions/{step}")
    assert (refused.status_code, refused.json()["error_code"]) == (409, "execution_is_a_step")
    assert (await people.answer_of("DELETE", f"/executions/{id}")).status_code == 204
    assert (await people.answer_of("GET", f"/executions/{id}")).status_code == 404
    assert (await people.answer_of("GET", f"/executions/{step}")).status_code == 404


async def test_steps_say_what_they_are(people: People) -> None:
    nodes = [{"id": "sum", "type": "tool", "config": {"tool": "calculator", "arguments": {"expression": "6*7"}}}]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes)
    id = await execute(people, workflow)
    assert (await over(people, workflow))["status"] == "completed"
    step = (await steps_of(people, id))[0]["task_execution_id"]
    shown = await people.send("GET", f"/executions/{step}")
    assert (shown["kind"], shown["output"], shown["inputs"]) == ("tool", 42, {"expression": "6*7"})
    assert (shown["parent_run_id"], shown["workflow_id"]) == (id, workflow["workflow_id"])
    refused = await people.answer_of("POST", f"/executions/{step}/replay")
    assert (refused.status_code, refused.json()["root_run_id"]) == (409, id)


async def test_runs_are_read_as_tables_by_sql(people: People, fresh_database_url: str) -> None:
    workflow = await chain(people, middle="[[say=second]]")
    id = await execute(people, workflow, topic="bees")
    assert (await over(people, workflow))["status"] == "completed"
    connection: Any = await asyncpg.connect(fresh_database_url)
    try:
        run = await connection.fetchrow("SELECT * FROM workflow_executions WHERE execution_id = $1::uuid", id)
        tasks = await connection.fetch("SELECT * FROM task_executions WHERE execution_id = $1::uuid", id)
        nodes = await connection.fetch("SELECT step_id, links_json FROM workflow_steps ORDER BY sequence_order")
    finally:
        await connection.close()
    assert [(node["step_id"], '"target"' in node["links_json"]) for node in nodes] == [
        ("one", True),
        ("two", True),
        ("three", False),
    ]
    assert (run["status"], run["inputs_json"]) == ("completed", '{"topic":"bees"}')
    assert run["final_output_json"] == '"first about bees and second"'
    assert sorted(task["output_data"] for task in tasks)[0] == "first about bees"
    assert all(task["assigned_agent_id"] and task["duration_ms"] > 0 for task in tasks)


@shows("RunWorkflowBody.inputs")
async def test_a_run_is_started_once_for_an_idempotency_key(people: People) -> None:
    workflow = await chain(people, middle="[[say=second]]")
    path, headers = f"/api/v1/workflows/{workflow['workflow_id']}/execute", {"Idempotency-Key": "k1"}
    first, second, other = [
        await people.client.post(path, json={"inputs": {"topic": topic}}, headers=headers)
        for topic in ("bees", "bees", "ants")
    ]
    assert first.json()["execution_id"] == second.json()["execution_id"]
    assert (other.status_code, other.json()["error_code"]) == (409, "idempotency_key_reused")


@pytest.fixture
def fire(fresh_database_url: str, people: People) -> Callable[[str], Awaitable[Json]]:
    """Makes a schedule due and returns it when the worker has fired it."""

    async def now(id: str) -> Json:
        connection: Any = await asyncpg.connect(fresh_database_url)
        await connection.execute("UPDATE schedules SET next_fire = now(), last_fire = NULL WHERE id = $1::uuid", id)
        await connection.close()
        return await people.until_schedule(id, lambda schedule: schedule["last_fire"] is not None)

    return now


@shows(
    "WorkflowScheduleBody.name",
    "WorkflowScheduleBody.cron",
    "WorkflowScheduleBody.time_zone",
    "WorkflowScheduleBody.inputs",
    "WorkflowScheduleBody.paused",
    "ScheduleChanges.inputs",
)
async def test_a_schedule_runs_a_workflow(people: People, fire: Callable[[str], Awaitable[Json]]) -> None:
    workflow = await chain(people, middle="[[say=second]]")
    path = f"/workflows/{workflow['workflow_id']}/schedules"
    body = {"name": "Daily", "cron": "0 9 * * *", "time_zone": "Europe/Berlin", "inputs": {"topic": "bees"}}
    made = await people.send("POST", path, {**body, "paused": True})
    assert (made["workflow_id"], made["agent_id"], made["next_fire"]) == (workflow["workflow_id"], "", None)
    await people.send("PATCH", f"/schedules/{made['id']}", {"paused": False})
    fired = await fire(made["id"])
    run = await people.ended(fired["last_execution_id"])
    assert (run["kind"], run["lane"], run["output"]) == ("workflow", "batch", "first about bees and second")
    await people.send("PATCH", f"/schedules/{made['id']}", {"inputs": {"topic": "ants"}})
    run = await people.ended((await fire(made["id"]))["last_execution_id"])
    assert run["inputs"] == {"topic": "ants"}
    assert [item["id"] for item in (await people.send("GET", path))["schedules"]] == [made["id"]]
    refused = await people.answer_of("PATCH", f"/schedules/{made['id']}", {"query": "What?"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query")
    assert (await people.client.delete(f"/api/v1/workflows/{workflow['workflow_id']}")).status_code == 204
    assert (await people.answer_of("GET", f"/schedules/{made['id']}")).status_code == 404, "it goes with its workflow"


@shows("SimulationBody.inputs", "SimulationBody.mocks", "SimulationBody.breakpoints", "SimulationBody.stop_after")
@shows("MockBody.output", "MockBody.error")
async def test_a_workflow_is_tried_out_on_paper(people: People) -> None:
    workflow = await chain(people, middle="second")
    path = f"/workflows/{workflow['workflow_id']}/simulate"
    mocks: Json = {"one": {"output": "1"}, "two": {"output": "2"}, "three": {"output": "3"}}
    made = await people.send("POST", path, {"inputs": {"topic": "bees"}, "mocks": mocks})
    assert (made["status"], made["output"], len(made["rounds"])) == ("completed", "3", 4)
    assert made["rounds"][0]["due"][0]["prompt"].startswith("[[say=first about bees]]")
    assert made["rounds"][1]["taken"] == [{"id": None, "source": "one", "target": "two"}]
    assert (await people.send("POST", path, {"inputs": {"topic": "x"}, "mocks": mocks, "stop_after": 2}))[
        "status"
    ] == "stopped"
    held = await people.send("POST", path, {"inputs": {"topic": "x"}, "mocks": mocks, "breakpoints": ["three"]})
    assert (held["status"], [*held["steps"]]) == ("stopped", ["one", "two"])
    broken = await people.send("POST", path, {"inputs": {"topic": "x"}, "mocks": {"one": {"error": "no model"}}})
    assert (broken["status"], broken["error"]["message"]) == ("failed", "step 'one' failed: no model")
    waiting = await people.send("POST", path, {"inputs": {"topic": "x"}})
    assert waiting["missing"] == ["one"]
    assert (await people.send("GET", f"/workflows/{workflow['workflow_id']}/executions"))["total"] == 0
