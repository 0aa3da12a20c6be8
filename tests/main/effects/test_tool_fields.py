"""What every field of a registered tool does when it is called, by hand and by a run."""

from typing import Any

import pytest

from tests.infrastructure.sandbox.test_toolsfile import FILE
from tests.main.effects.conftest import World
from tests.main.people import Json
from tests.shows import shows

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNTS = "calls = []\nasync def {name}() -> int:\n    calls.append(1)\n    return len(calls)"
SLEEPS = "import asyncio\nasync def {name}() -> str:\n    await asyncio.sleep(4)\n    return 'awake'"


async def _register(world: World, name: str, code: str, **fields: Any) -> Json:
    body = {"name": name, "description": "A tool of the tests", "code": code.replace("{name}", name), **fields}
    return await world.people.send("POST", "/tools/register", body)


@shows("ToolBody.description", "ToolBody.repeatable")
async def test_the_model_reads_the_description_and_a_run_knows_what_may_be_repeated(world: World) -> None:
    for name, repeatable in (("counts_once", False), ("counts_again", True)):
        await _register(world, name, COUNTS, description=f"Counts: {name}", repeatable=repeatable)
        world.model.script({"tool": name, "arguments": {}}, "Done.")
        done = await world.run_new(tools=[name])
        assert world.model.sent[0]["tools"][0]["function"]["description"] == f"Counts: {name}"
        [start] = [event for event in await world.people.log(done["id"]) if event["type"] == "tool_start"]
        assert start["repeatable"] is repeatable


@shows("ToolBody.timeout_s")
async def test_a_tool_is_stopped_at_its_own_time_limit(world: World) -> None:
    await _register(world, "sleeps_long", SLEEPS, timeout_s=0.3)
    stopped = await world.people.answer_of("POST", "/tools/execute", {"name": "sleeps_long", "arguments": {}})
    assert (stopped.status_code, stopped.json()["error_code"]) == (504, "timeout")


@shows("CallBody.mode")
async def test_a_call_waits_its_turn_and_becomes_an_execution(world: World) -> None:
    call = {"name": "calculator", "arguments": {"expression": "23*19"}, "mode": "async"}
    accepted = await world.people.answer_of("POST", "/tools/execute", call)
    queued = accepted.json()
    assert (accepted.status_code, queued["name"], queued["status"]) == (202, "calculator", "pending")
    assert accepted.headers["Location"] == f"/api/v1/executions/{queued['execution_id']}"
    done = await world.people.ended(queued["execution_id"])
    assert (done["kind"], done["status"], done["result"], done["workflow_id"]) == ("tool", "completed", "437", None)
    assert [event["type"] for event in await world.people.log(done["id"])][-1] == "complete"
    broken = await world.people.send("POST", "/tools/execute", {**call, "arguments": {"expression": 1}})
    assert (await world.people.ended(broken["execution_id"]))["error"]["code"] == "invalid_arguments"
    unknown = await world.people.answer_of("POST", "/tools/execute", {**call, "name": "nothing"})
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "tool_not_found")


@shows("ToolBody.reuse")
async def test_a_reused_process_remembers_and_a_fresh_one_does_not(world: World) -> None:
    for name, reuse, results in (("counts_kept", True, [1, 2]), ("counts_fresh", False, [1, 1])):
        await _register(world, name, COUNTS, reuse=reuse)
        call = {"name": name, "arguments": {}}
        assert [(await world.people.send("POST", "/tools/execute", call))["result"] for _ in range(2)] == results


@shows("ToolBody.tags")
async def test_tools_are_listed_by_tag(world: World) -> None:
    await _register(world, "tagged_tool", COUNTS, tags=["of-the-tests"])
    listed = await world.people.send("GET", "/tools?tag=of-the-tests")
    assert [tool["name"] for tool in listed["tools"]] == ["tagged_tool"]


@shows("ToolsFileBody.network", "ToolsFileBody.secrets", "ToolsFileBody.timeout_s")
async def test_the_grants_and_the_time_limit_of_a_file_are_those_of_each_tool(world: World) -> None:
    call = {"name": "price", "arguments": {"amount": 1}}
    endless = FILE.replace("return with_tax(amount)", "while True: pass")
    assert endless != FILE
    await world.people.send("POST", "/tools/import", {"code": endless, "timeout_s": 0.4})
    stopped = await world.people.answer_of("POST", "/tools/execute", call)
    assert stopped.json()["error_code"] == "timeout"

    grants: Json = {"network": ["api.example.com:443"], "secrets": ["WEATHER"]}
    await world.people.send("POST", "/tools/import", {"code": FILE, "replace": True, **grants})
    policy = (await world.people.send("GET", "/tools/price"))["policy"]
    assert {field: policy[field] for field in grants} == grants
    unset = await world.people.answer_of("POST", "/tools/execute", call)
    assert "'WEATHER'" in unset.json()["detail"], "a secret that is granted must be set"


async def test_a_tool_in_use_is_removed_by_force_only_and_leaves_its_agents_marked(world: World) -> None:
    await _register(world, "wanted_tool", COUNTS)
    plain = await world.people.agent("wanted_tool", name="Plain")
    renamed = await world.people.agent(name="Renamed", tools_config=[{"name": "other", "type": "wanted_tool"}])
    kept = await world.people.answer_of("DELETE", "/tools/wanted_tool")
    assert (kept.status_code, kept.json()["error_code"]) == (409, "in_use")
    users = {(use["id"], use["field"]) for use in kept.json()["used_by"]}
    assert users == {(plain, "tools"), (renamed, "tools_config")}

    assert (await world.people.answer_of("DELETE", "/tools/wanted_tool?force=true")).status_code == 204
    for id in (plain, renamed):
        await world.people.until_agent(id, lambda agent: agent["status"] == "error")
    details = (await world.people.send("GET", f"/agents/{plain}/details"))["agent"]
    assert details["problems"] == ["there is no tool named 'wanted_tool'"]
    # Another field can be changed as before, and without the tool all is well again.
    assert (await world.people.send("PUT", f"/agents/{plain}", {"goal": "Win."}))["status"] == "error"
    refused = await world.people.answer_of("PUT", f"/agents/{plain}", {"tools": ["wanted_tool", "calculator"]})
    assert refused.status_code == 422
    assert (await world.people.send("PUT", f"/agents/{plain}", {"tools": []}))["status"] == "active"
