"""Runs of workflows that are tests: steps made up, stops before others; and whoever waits for the end."""

from tests.main.people import People
from tests.main.test_workflows import make_agent, make_workflow, over, says, steps_of
from tests.main.test_workflows_again import chain
from tests.shows import shows


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


async def test_whoever_waits_is_answered_with_the_end(people: People) -> None:
    agent = await make_agent(people, "a")
    workflow = await make_workflow(people, nodes=[{"id": "a", "agent_id": agent, "config": says("done")}])
    path = f"/workflows/{workflow['workflow_id']}/run?wait=true"
    answer = await people.answer_of("POST", path, {})
    run = answer.json()
    assert (answer.status_code, run["status"], run["final_output_json"]) == (201, "completed", "done")
    paused = await people.answer_of("POST", path, {"breakpoints": ["*"]})
    assert (paused.status_code, paused.json()["paused_at"] is None) == (202, False)
