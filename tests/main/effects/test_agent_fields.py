"""What every field of an agent does."""

import json
from typing import Any

import pytest

from tests.fakes.http_server import Reply
from tests.main.effects.conftest import Says, World
from tests.main.people import Json
from tests.shows import shows

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUM = {"tool": "calculator", "arguments": {"expression": "23*19"}}
NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@shows("AgentFields.name", "AgentFields.display_name")
async def test_runs_carry_the_name_that_people_see(world: World) -> None:
    assert (await world.run_new(name="plain"))["agent_name"] == "plain"
    assert (await world.run_new(name="plain", display_name="Ada, the poet"))["agent_name"] == "Ada, the poet"


@shows("AgentFields.description")
async def test_agents_are_found_by_their_description(world: World) -> None:
    agent = await world.people.agent(description="Knows all about quokkas.")
    found = await world.people.send("GET", "/agents?search=quokkas")
    assert [item["id"] for item in found["agents"]] == [agent]


@shows("AgentFields.instructions", "AgentFields.role", "AgentFields.goal", "AgentFields.backstory")
@pytest.mark.parametrize("field", ["instructions", "role", "goal", "backstory"])
async def test_what_the_agent_is_told_goes_to_the_model(world: World, field: str) -> None:
    await world.run_new(**{field: "Speak like a pirate."})
    assert "Speak like a pirate." in world.model.system()


@shows("AgentFields.config_data")
async def test_config_data_fills_the_places_in_the_texts_but_for_secrets(world: World) -> None:
    data: dict[str, Any] = {
        "company": "Example Ltd",
        "limits": {"eur": 5, "api_key": "hidden-1"},
        "api_key": "hidden-2",
    }
    await world.run_new(
        instructions="You work for {{ company }}. Limits: {{limits}}. {{api_key}} {{unknown}}", config_data=data
    )
    assert world.model.system() == (
        'You work for Example Ltd. Limits: {"eur": 5, "api_key": "***"}. {{api_key}} {{unknown}}'
    )


@shows("AgentFields.model", "AgentFields.llm_name")
@pytest.mark.parametrize("field", ["model", "llm_name"])
async def test_the_model_is_asked_by_its_name(world: World, field: str) -> None:
    await world.run_new(**{field: "gpt-of-choice"})
    assert world.model.sent[0]["model"] == "gpt-of-choice"


@shows("AgentFields.llm_model_id", "AgentFields.temperature")
async def test_a_kept_model_is_asked_with_its_temperature_unless_the_agent_names_one(world: World) -> None:
    kept = {"provider": "openai-compatible", "endpoint_url": world.url, "model_identifier": "kept-1", "name": "kept"}
    model = await world.people.send("POST", "/models", {**kept, "config_params_json": {"temperature": 0.9}})
    silent = await world.people.agent(llm_model_id=model["id"])
    by_name = await world.people.agent(model="kept")
    spoken = await world.people.agent(llm_model_id=model["id"], temperature=0.4)

    assert (await world.people.send("GET", f"/agents/{silent}"))["temperature"] == 0.9
    assert (await world.people.send("GET", f"/agents/{by_name}"))["temperature"] == 0.9
    assert (await world.people.send("GET", f"/agents/{spoken}"))["temperature"] == 0.4
    for agent in (silent, by_name, spoken):
        await world.run(agent)
    assert [(sent["model"], sent["temperature"]) for sent in world.model.sent] == [
        ("kept-1", 0.9),
        ("kept-1", 0.9),
        ("kept-1", 0.4),
    ]
    cleared = await world.people.send("PUT", f"/agents/{spoken}", {"temperature": None})
    assert cleared["temperature"] == 0.9


@shows("AgentFields.temperature")
async def test_without_any_temperature_it_is_a_fifth(world: World) -> None:
    await world.run_new()
    assert world.model.sent[0]["temperature"] == 0.2


@shows("AgentFields.fallback_models")
async def test_fallback_models_step_in(world: World) -> None:
    gone = Reply(401, {"Content-Type": "application/json"}, b'{"error": {"message": "no such key"}}')
    world.model.answer_with(lambda sent: "Second." if sent["model"] == "second" else gone)
    done = await world.run_new(model="first", fallback_models=["second"])
    assert (done["status"], done["result"]) == ("completed", "Second.")


@shows("AgentFields.fallback_agent_id")
async def test_the_fallback_agent_takes_over_with_its_own_words(world: World) -> None:
    gone = Reply(401, {"Content-Type": "application/json"}, b'{"error": {"message": "no such key"}}')
    world.model.answer_with(lambda sent: "Rescued." if sent["model"] == "second" else gone)
    rescuer = await world.people.agent(model="second", instructions="You rescue.")
    done = await world.run_new(model="first", fallback_agent_id=rescuer)
    assert (done["status"], done["result"]) == ("completed", "Rescued.")
    assert world.model.system() == "You rescue."


@shows("AgentFields.tools", "AgentFields.tools_config")
async def test_the_model_is_offered_the_tools_and_those_with_settings_by_their_own_names(world: World) -> None:
    await world.run_new(tools=["calculator"], tools_config=[{"name": "sums", "type": "calculator"}])
    assert [tool["function"]["name"] for tool in world.model.sent[0]["tools"]] == ["calculator", "sums"]


@shows("AgentFields.requires_approval", "AgentFields.approval_timeout_s", "AgentFields.on_approval_timeout")
async def test_a_call_waits_for_a_person_as_long_as_the_agent_says(world: World) -> None:
    world.model.script(SUM, "437.")
    agent = await world.people.agent(
        "calculator", requires_approval=["calculator"], approval_timeout_s=0.2, on_approval_timeout="fail"
    )
    execution = await world.people.start(agent, "Compute.")
    done = await world.people.ended(execution)
    assert (done["status"], done["error"]["code"]) == ("failed", "interrupt_expired")
    asked = (await world.people.send("GET", f"/executions/{execution}/interrupts"))["interrupts"]
    assert [(item["on_expiry"], item["expired"]) for item in asked] == [("fail", True)]


@shows("AgentFields.dependencies")
async def test_an_agent_runs_only_while_those_it_depends_on_are_there_and_active(world: World) -> None:
    planner = await world.people.agent(name="mission_planner")
    agent = await world.people.agent(dependencies=["mission_planner"])
    slug = (await world.people.send("GET", f"/agents/{planner}"))["slug"]
    by_slug = await world.people.agent(dependencies=[slug])
    assert (await world.run(agent))["status"] == (await world.run(by_slug))["status"] == "completed"

    await world.people.send("POST", "/agents/bulk", {"ids": [planner], "action": "disable"})
    for id in (agent, by_slug):
        refused = await world.people.answer_of("POST", "/executions", {"agent_id": id, "query": "Go."})
        assert (refused.status_code, refused.json()["error_code"]) == (409, "dependency_unavailable")
        assert refused.json()["dependencies"][0]["reason"] == "is disabled"


@shows("AgentFields.verbose_flag")
async def test_verbose_runs_tell_the_plan_and_every_request(world: World) -> None:
    quiet = await world.run_new(tools=["calculator"])
    loud = await world.run_new(tools=["calculator"], verbose_flag=True, instructions="Compute.")
    told = [event for event in await world.people.log(loud["id"]) if event["type"] == "detail"]
    assert [event["about"] for event in told] == ["plan", "request", "reply"]
    assert told[0]["data"]["tools"] == ["calculator"]
    assert told[1]["data"]["messages"] == len(world.model.sent[-1]["messages"])
    assert loud["trace"] == [event["line"] for event in told]
    assert "detail" not in {event["type"] for event in await world.people.log(quiet["id"])}
    assert quiet["trace"] == []


@shows("AgentFields.memory_flag")
async def test_memory_gives_earlier_turns_to_the_model_or_does_not(world: World) -> None:
    seen: dict[Any, list[str]] = {}
    for memory in (True, False, None):
        fields = {} if memory is None else {"memory_flag": memory}
        agent = await world.people.agent(**fields)
        for query in ("The word is plum.", "Which word?"):
            await world.run(agent, query, conversation_id=f"memory-{memory}")
        seen[memory] = world.model.texts()
    assert seen[True] == ["The word is plum.", "Done.", "Which word?"]
    assert seen[False] == seen[None] == ["Which word?"]


@shows("AgentFields.context_overflow")
@pytest.mark.parametrize(
    ("overflow", "ending", "told"),
    [
        ("fail", ("failed", "context_too_long"), None),
        ("cut", ("completed", None), "earlier messages of this conversation are left out"),
        ("summary", ("completed", None), "They spoke of plums."),
    ],
)
async def test_a_chat_without_room_is_summarised_cut_or_ends_the_run(
    world: World, overflow: str, ending: tuple[str, str | None], told: str | None
) -> None:
    def answer(sent: Json) -> Says:
        if "Summarise" in sent["messages"][0]["content"]:
            return "They spoke of plums."
        if sum(len(message["content"]) for message in sent["messages"]) > 6_000:
            error = {"message": "too long", "code": "context_length_exceeded", "type": "invalid_request_error"}
            return Reply(400, {"Content-Type": "application/json"}, json.dumps({"error": error}).encode())
        return "Done."

    world.model.answer_with(answer)
    agent = await world.people.agent(context_overflow=overflow, memory_flag=True)
    chat = {"conversation_id": f"overflow-{overflow}"}
    for number in range(2):
        await world.run(agent, f"Turn {number}. " + "plum " * 500, **chat)
    done = await world.run(agent, "Last. " + "plum " * 500, **chat)
    assert (done["status"], done["error"] and done["error"]["code"]) == ending
    assert told is None or told in world.model.system()
    assert any("Summarise" in sent["messages"][0]["content"] for sent in world.model.sent) == (overflow == "summary")


@shows("AgentFields.max_iter")
async def test_max_iter_bounds_the_rounds_of_tool_calls(world: World) -> None:
    for rounds in (1, 3):
        world.model.answer_with(lambda sent: "Enough." if sent.get("tool_choice") == "none" else SUM)
        done = await world.run_new(tools=["calculator"], max_iter=rounds)
        assert (done["usage"]["tool_calls"], done["result"]) == (rounds, "Enough.")


@shows("AgentFields.run_timeout_s")
async def test_a_run_ends_at_its_agents_time_limit(world: World) -> None:
    world.model.script(Reply(wait_s=20))
    assert (await world.run_new(run_timeout_s=0.3))["status"] == "timed_out"


@shows("AgentFields.call_timeout_s")
async def test_a_call_ends_at_its_agents_time_limit(world: World) -> None:
    world.model.script({"tool": "slow_tool", "arguments": {}}, "Gave up.")
    code = "import asyncio\nasync def slow_tool() -> str:\n    await asyncio.sleep(4)\n    return 'late'"
    tool = {"name": "slow_tool", "description": "Takes its time", "code": code, "timeout_s": 30}
    await world.people.send("POST", "/tools/register", tool)
    done = await world.run_new(tools=["slow_tool"], call_timeout_s=0.4)
    assert done["trace"][1] == "✘ timeout: the call took longer than 0.4 s"


@shows("AgentFields.output_schema")
async def test_an_output_schema_makes_the_answer_json_that_fits(world: World) -> None:
    world.model.script('Here: {"n": 437}')
    done = await world.run_new(output_schema=NUMBER)
    assert (done["result"], done["output"]) == ('{"n": 437}', {"n": 437})


@shows("AgentFields.associated_kb_ids")
async def test_a_knowledge_base_must_be_there(world: World) -> None:
    body = {"name": "K", "associated_kb_ids": ["01900000-0000-7000-8000-000000000000"]}
    answer = await world.people.answer_of("POST", "/agents", body)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "knowledge_base_not_found")


@shows("AgentBody.status", "BulkBody.ids", "BulkBody.action")
async def test_a_draft_takes_runs_once_it_is_enabled_and_none_when_disabled(world: World) -> None:
    agent = await world.people.agent(status="created")
    refused = await world.people.answer_of("POST", "/executions", {"agent_id": agent, "query": "Go."})
    assert (refused.status_code, refused.json()["error_code"]) == (409, "agent_disabled")
    assert "a draft" in refused.json()["detail"]
    await world.people.send("POST", "/agents/bulk", {"ids": [agent], "action": "enable"})
    assert (await world.run(agent))["status"] == "completed"
    await world.people.send("POST", "/agents/bulk", {"ids": [agent], "action": "disable"})
    assert (await world.people.answer_of("POST", "/executions", {"agent_id": agent, "query": "Go."})).status_code == 409


@shows("AgentChanges.version")
async def test_a_change_of_another_version_is_refused(world: World) -> None:
    agent = await world.people.agent()
    assert (await world.people.send("PUT", f"/agents/{agent}", {"goal": "x", "version": 1}))["version"] == 2
    stale = await world.people.answer_of("PUT", f"/agents/{agent}", {"goal": "y", "version": 1})
    assert (stale.status_code, stale.json()["error_code"]) == (409, "agent_changed_meanwhile")


@shows("CloneBody.name")
async def test_a_clone_is_named_as_asked(world: World) -> None:
    agent = await world.people.agent(goal="Win.")
    clone = await world.people.send("POST", f"/agents/{agent}/clone", {"name": "Twin"})
    assert (clone["name"], clone["goal"]) == ("Twin", "Win.")
