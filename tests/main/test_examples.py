"""The examples: each is imported and tried, by its script and with the model that needs no key."""

import pytest

from dynagent.core.examples import EXAMPLES, Example
from tests.main.people import Json, People
from tests.main.test_teams import OVER as TEAM_OVER
from tests.main.test_teams import until
from tests.main.test_workflows import over
from tests.shows import shows

WORKFLOWS = [example for example in EXAMPLES if example.trial.kind == "workflow"]


async def imported(people: People, example: Example, *, model: str | None = "demo") -> Json:
    return await people.send("POST", f"/v1/examples/{example.id}/import", {"model": model})


async def test_they_are_listed_and_an_unknown_one_is_refused(people: People) -> None:
    found = await people.send("GET", "/v1/examples")
    assert [item["id"] for item in found["examples"]] == [example.id for example in EXAMPLES]
    assert found["examples"][0]["parts"]["aerodynamics"] == "Aerodynamics Agent"
    refused = await people.answer_of("POST", "/v1/examples/nothing/import")
    assert (refused.status_code, refused.json()["error_code"]) == (404, "example_not_found")


@pytest.mark.parametrize("example", WORKFLOWS, ids=lambda example: example.id)
async def test_a_workflow_goes_as_its_script_says(people: People, example: Example) -> None:
    made = await imported(people, example, model=None)
    trial = made["trial"]
    path = f"/v1/workflows/{made['workflow_id']}/run?wait=true"
    run = await people.send("POST", path, {"inputs": trial["inputs"], "mocks": trial["mocks"]})
    assert (run["status"], run["final_output_json"]) == ("completed", example.expectation.output), run
    ends = [event["key"] for event in await people.log(run["execution_id"]) if event["type"] == "task_end"]
    assert tuple(ends) == example.expectation.steps
    assert run["usage_metrics_json"]["model_calls"] == 0


@shows("ImportExampleBody.model")
@pytest.mark.parametrize("example", WORKFLOWS, ids=lambda example: example.id)
async def test_a_workflow_runs_without_a_key(people: People, example: Example) -> None:
    made = await imported(people, example)
    path = f"/v1/workflows/{made['workflow_id']}/execute"
    await people.send("POST", path, {"inputs": made["trial"]["inputs"]})
    run = await over(people, {"workflow_id": made["workflow_id"]})
    assert (run["status"], bool(run["final_output_json"])) == ("completed", True), run


async def test_the_tutor_who_knows_answers(people: People) -> None:
    [example] = [example for example in EXAMPLES if example.id == "tutors"]
    made = await imported(people, example)
    body = {"agent_id": made["trial"]["agent_id"], "query": made["trial"]["query"]}
    run = await people.send("POST", "/executions", body)
    assert run["status"] == "completed"
    assert run["answered_by"]["agent_id"] == made["agents"][example.expectation.answered_by or ""]
    assert "144" in run["result"]


async def test_the_team_has_everybody_s_turn_in_order(people: People) -> None:
    [example] = [example for example in EXAMPLES if example.trial.kind == "team"]
    made = await imported(people, example)
    assert made["tools"] == ["aerodynamic_calculator", "wind_tunnel_simulator"]
    computed = await people.send(
        "POST",
        "/tools/execute",
        {
            "tool_name": "aerodynamic_calculator",
            "parameters": {"mass_kg": 10, "wing_area_m2": 1, "speed_m_s": 20, "wing_span_m": 3},
        },
    )
    assert computed["result"]["aspect_ratio"] == 9
    configuration = {"max_iterations": 1, "coordinator_model": "demo"}
    body = {"user_requirements": made["trial"]["query"], "configuration": configuration}
    team = (await people.send("POST", "/v1/workflow/start", body))["workflow_id"]
    assert (await until(people, team, *TEAM_OVER))["status"] == "completed"
    [iteration] = (await people.send("GET", f"/v1/workflow/{team}/iterations"))["iterations"]
    turns = sorted(iteration["agents"], key=lambda turn: turn["started_at"])
    assert tuple(turn["agent"] for turn in turns) == example.expectation.steps
    again = await imported(people, example)
    assert again["agents"] != made["agents"], "the tools are used as they are"
