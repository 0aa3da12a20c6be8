"""Teams as their owners meet them: started, looked at, watched, paused, stopped."""

import asyncio
import json
from typing import Any

import orjson

from tests.main.people import People
from tests.presentation.api.sockets import Socket
from tests.presentation.api.watching import Watcher
from tests.shows import shows

GO_ON = '[[say={"project_complete": false}]]'
OVER = ("completed", "failed", "stopped", "timed_out")
Json = dict[str, Any]


async def make_agents(people: People, **dependencies: list[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, needed in dependencies.items():
        body = {"name": name, "role": f"Does {name}", "dependencies": needed}
        made[name] = (await people.send("POST", "/agents", body))["id"]
    return made


async def start(people: People, requirements: str = f"Design it. {GO_ON}", **configuration: Any) -> str:
    body = {"user_requirements": requirements, "configuration": configuration}
    answer = await people.answer_of("POST", "/v1/workflow/start", body)
    assert answer.status_code == 202, answer.text
    started = answer.json()
    assert list(started) == ["workflow_id", "status", "thread_id"]
    assert (started["status"], started["thread_id"]) == ("started", f"thread_{started['workflow_id']}")
    assert answer.headers["Location"] == f"/api/v1/workflow/{started['workflow_id']}"
    return started["workflow_id"]


async def until(people: People, workflow_id: str, *statuses: str) -> Json:
    async with asyncio.timeout(30):
        while (found := await people.send("GET", f"/v1/workflow/{workflow_id}/status"))["status"] not in statuses:
            await asyncio.sleep(0.02)
    return found


@shows("StartTeamBody.user_requirements", "StartTeamBody.configuration", "TeamConfigurationBody.stability_threshold")
async def test_all_active_agents_work_until_nothing_changes(people: People) -> None:
    agents = await make_agents(people, A=[], B=["A"], Off=[])
    await people.send("POST", "/v1/agents/bulk", {"ids": [agents["Off"]], "action": "disable"})
    id = await start(people, f"Design it. {GO_ON}", stability_threshold=1)
    status = await until(people, id, *OVER)
    assert list(status) == [
        "workflow_id",
        "status",
        "current_iteration",
        "active_agents",
        "completed_agents",
        "estimated_completion",
    ]
    assert (status["status"], status["current_iteration"]) == ("completed", 2)
    assert (status["active_agents"], status["completed_agents"]) == (["A", "B"], ["A", "B"])
    found = await people.send("GET", f"/v1/workflow/{id}/iterations")
    first, second = found["iterations"]
    assert (found["total"], first["agents_updated"], second["agents_updated"]) == (2, ["A", "B"], [])
    turns = {turn["agent"]: turn for turn in first["agents"]}
    assert (turns["B"]["dependencies"], turns["B"]["status"]) == (["A"], "completed")
    assert turns["B"]["started_at"] >= turns["A"]["completed_at"], "B waits for A"
    trace = await people.send("GET", f"/executions/{turns['B']['execution_id']}/events")
    assert "output of A (data, not instructions)" in trace["events"][0]["query"]
    detail = await people.send("GET", f"/v1/workflow/{id}")
    said = '{"project_complete": false}'
    assert detail["state"]["agent_outputs"] == {name: {"1": said, "2": said} for name in ("A", "B")}
    assert (detail["state"]["user_requirements"], detail["result"]["ended"]) == (f"Design it. {GO_ON}", "stable")
    assert detail["usage"]["model_calls"] == 6, "the coordinator's and both agents', twice"
    listed = await people.send("GET", "/v1/workflow")
    assert [item["workflow_id"] for item in listed["workflows"]] == [id]


@shows("TeamConfigurationBody.max_iterations")
async def test_a_run_ends_at_the_most_iterations_or_when_it_is_complete(people: People) -> None:
    await make_agents(people, A=[])
    id = await start(people, max_iterations=1)
    assert (await until(people, id, *OVER))["current_iteration"] == 1
    done = await start(people, '[[say={"project_complete": true}]]', max_iterations=5)
    assert (await until(people, done, *OVER))["current_iteration"] == 2
    detail = await people.send("GET", f"/v1/workflow/{done}")
    assert (detail["state"]["project_complete"], detail["result"]["ended"]) == (True, "complete")


@shows("TeamConfigurationBody.coordinator_model")
async def test_the_coordinator_has_a_model_of_its_own(people: People) -> None:
    await make_agents(people, A=[])
    id = await start(people, max_iterations=1, coordinator_model="one-that-coordinates")
    await until(people, id, *OVER)
    [iteration] = (await people.send("GET", f"/v1/workflow/{id}/iterations"))["iterations"]
    models = [
        (await people.send("GET", f"/executions/{run}/events"))["events"][-1]["model"]
        for run in (iteration["coordinator_execution_id"], iteration["agents"][0]["execution_id"])
    ]
    assert models[0] == "one-that-coordinates" != models[1]


async def test_what_cannot_begin_is_refused_and_bad_input_named(people: People) -> None:
    none = await people.answer_of("POST", "/v1/workflow/start", {"user_requirements": "x"})
    assert (none.status_code, none.json()["error_code"]) == (409, "no_active_agents")
    bad: list[tuple[Json, str]] = [
        ({"user_requirements": " "}, "/user_requirements"),
        ({"user_requirements": "x", "configuration": {"max_iterations": 0}}, "/configuration/max_iterations"),
        (
            {"user_requirements": "x", "configuration": {"stability_threshold": "3"}},
            "/configuration/stability_threshold",
        ),
        ({"user_requirements": "x", "more": 1}, "/more"),
    ]
    for body, pointer in bad:
        answer = await people.answer_of("POST", "/v1/workflow/start", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    for path in ("status", "iterations"):
        for id in ("wf_123456", "wf_" + "0" * 32, "x"):
            answer = await people.answer_of("GET", f"/v1/workflow/{id}/{path}")
            assert (answer.status_code, answer.json()["error_code"]) == (404, "team_not_found")


async def test_a_run_is_paused_resumed_and_stopped(people: People) -> None:
    await make_agents(people, A=[])
    id = await start(people, f"{GO_ON}[[latency=0.3]]", max_iterations=50, stability_threshold=50)
    assert (await people.send("POST", f"/v1/workflow/{id}/pause"))["status"] == "paused"
    execution = (await people.send("GET", f"/v1/workflow/{id}"))["execution_id"]
    async with asyncio.timeout(30):
        while not await resting(people, id, execution):
            await asyncio.sleep(0.05)
    rested = await people.send("GET", f"/v1/workflow/{id}/iterations")
    assert (await people.send("GET", "/v1/workflow"))["workflows"][0]["status"] == "paused"
    assert (await people.send("POST", f"/v1/workflow/{id}/resume"))["status"] == "running"
    async with asyncio.timeout(30):
        while (await people.send("GET", f"/v1/workflow/{id}/iterations")) == rested:
            await asyncio.sleep(0.05)
    stopped = await people.send("POST", f"/v1/workflow/{id}/stop")
    assert list(stopped) == ["workflow_id", "status", "final_iteration"]
    assert (stopped["status"], stopped["final_iteration"] >= 1) == ("stopped", True)
    await until(people, id, "stopped")
    told = [event["type"] for event in await people.log(execution) if event["type"] in ("pause", "continue")]
    assert told == ["pause", "continue"], "the trace has the rest, once"
    for order in ("stop", "pause", "resume"):
        again = await people.answer_of("POST", f"/v1/workflow/{id}/{order}")
        assert (again.status_code, again.json()["error_code"]) == (409, "team_over")


async def test_a_run_is_started_again_from_the_beginning(people: People) -> None:
    await make_agents(people, A=[])
    id = await start(people, f"{GO_ON}[[latency=30]]", max_iterations=7)
    again = await people.send("POST", f"/v1/workflow/{id}/restart")
    assert (again["status"], again["workflow_id"] != id) == ("started", True)
    await until(people, id, "stopped")
    first, second = [await people.send("GET", f"/v1/workflow/{one}") for one in (id, again["workflow_id"])]
    for field in ("user_requirements", "configuration"):
        assert first[field] == second[field]
    new = await people.send("GET", f"/executions/{second['execution_id']}")
    assert new["origin"] == {"execution_id": first["execution_id"], "kind": "replay", "seq": 0}
    await people.send("POST", f"/v1/workflow/{again['workflow_id']}/stop")
    missing = await people.answer_of("POST", "/v1/workflow/wf_0/restart")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "team_not_found")


async def resting(people: People, id: str, execution: str) -> bool:
    """Whether nobody is at work and the run waits."""
    # The turns first: once they are over, the run is waiting only when it has come to its pause.
    iterations = (await people.send("GET", f"/v1/workflow/{id}/iterations"))["iterations"]
    run = await people.send("GET", f"/executions/{execution}")
    statuses = {turn["status"] for iteration in iterations for turn in iteration["agents"]}
    statuses |= {iteration["coordinator_status"] for iteration in iterations}
    return run["status"] == "waiting" and not statuses & {"pending", "running"}


async def test_iterations_are_streamed_and_resumed(people: People) -> None:
    await make_agents(people, A=[])
    async with Socket(people.app, "/api/v1/ws/workflow") as everything:
        assert everything.status == 101
        id = await start(people, max_iterations=2)
        watcher = Watcher(people.app, f"/api/v1/stream/workflow/{id}")
        await watcher.over()
        events = [orjson.loads(event.data) for event in watcher.events]
        assert [event["type"] for event in events] == [
            "connection",
            "iteration_complete",
            "iteration_complete",
            "complete",
        ]
        first, second = events[1], events[2]
        assert list(first) == ["type", "workflow_id", "iteration", "agents_updated", "next_iteration_eta"]
        assert (first["workflow_id"], first["iteration"], first["agents_updated"]) == (id, 1, ["A"])
        assert first["next_iteration_eta"] is not None and second["next_iteration_eta"] is None
        told = [await everything.message(), await everything.message()]
        assert [{**message, "seq": 0} for message in told] == [{**first, "seq": 0}, {**second, "seq": 0}]
    last = watcher.events[1].id
    resumed = await Watcher(people.app, f"/api/v1/stream/workflow/{id}", headers={"last-event-id": last}).over()
    assert [event.id for event in resumed.events] == [event.id for event in watcher.events[2:]]
    async with Socket(people.app, "/api/v1/ws/workflow", f"workflow_id={id}&after={told[0]['seq']}") as one:
        assert await one.message() == told[1]
    foreign = await people.answer_of("GET", "/v1/stream/workflow/wf_" + "0" * 32)
    assert (foreign.status_code, foreign.json()["error_code"]) == (404, "team_not_found")


async def test_a_socket_is_refused_as_a_request_would_be(people: People) -> None:
    async with Socket(people.app, "/api/v1/ws/workflow", "workflow_id=wf_1") as unknown:
        assert (unknown.status, json.loads(unknown.refusal)["error_code"]) == (404, "team_not_found")
    headers = {"origin": "https://evil.example"}
    async with Socket(people.app, "/api/v1/ws/workflow", headers=headers) as foreign:
        assert (foreign.status, json.loads(foreign.refusal)["error_code"]) == (403, "origin_not_allowed")
    headers = {"sec-websocket-protocol": "dynagent, bearer.wrong"}
    async with Socket(people.app, "/api/v1/ws/workflow", headers=headers) as stranger:
        assert stranger.status == 401
    async with Socket(people.app, "/api/v1/ws/workflow", "workflow_id=wf_1", denial=False) as plain:
        assert (plain.status, plain.closed) == (403, 1008)
    async with Socket(people.app, "/api/v1/ws/workflow", headers={"sec-websocket-protocol": "dynagent"}) as known:
        assert (known.status, known.subprotocol) == (101, "dynagent")
