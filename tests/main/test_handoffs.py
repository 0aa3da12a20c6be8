"""Handoffs and agents as tools: runs that give themselves over to other agents, or ask them."""

from typing import Any

from tests.main.people import People
from tests.shows import shows


async def hand(people: People, agent: str, target: str, **more: Any) -> dict[str, Any]:
    body = {"target_agent_id": target, "description": "Knows better.", **more}
    return await people.send("POST", f"/v1/agents/{agent}/handoffs", body)


async def slug_of(people: People, agent: str) -> str:
    return (await people.send("GET", f"/agents/{agent}"))["slug"]


async def children_of(people: People, id: str) -> list[dict[str, Any]]:
    """Return the runs that a run has started, as its trace tells them."""
    started = [event["run_id"] for event in await people.log(id) if event["type"] == "task_start"]
    return [await people.send("GET", f"/executions/{run_id}") for run_id in started]


@shows("HandoffBody.target_agent_id", "HandoffBody.description")
async def test_the_model_hands_over_and_the_other_answers(people: People) -> None:
    triage, math = await people.agent(name="Triage"), await people.agent(name="Math")
    made = await hand(people, triage, math, description="Knows numbers.")
    assert (made["target_agent_id"], made["description"]) == (math, "Knows numbers.")
    id = await people.start(triage, "what is 2+2? [[tools=1]] [[say=four]]")
    run = await people.ended(id)
    assert (run["status"], run["result"], run["marks"]) == ("completed", "four", ["handed_over"]), run
    [child] = await children_of(people, id)
    assert (child["agent_id"], child["query"]) == (math, run["query"])
    assert run["answered_by"] == {"agent_id": math, "agent_name": "Math", "execution_id": child["id"]}
    assert run["usage"]["model_calls"] == 2, "both agents' calls, each once"
    given = (await people.send("GET", f"/executions/{child['id']}"))["context"]
    assert (given["original_query"], given["intermediate_results"]) == (run["query"], {})
    assert given["timestamp"]
    log = await people.log(id)
    told = [(event["type"], event["kind"]) for event in log if event["type"] == "task_start"]
    assert told == [("task_start", "handoff")]
    assert [event["run_id"] for event in log if event["type"] == "task_end"] == [child["id"]]
    assert log[-1]["answered_by"]["agent_id"] == math
    assert len([event for event in log if event["type"] == "tool_start"]) == 1
    assert not [event for event in log if event["type"] == "retry"], "waiting is no crash"


async def test_who_is_handed_a_chat_knows_its_earlier_turns(people: People) -> None:
    triage = await people.agent(name="Triage", memory_flag=True)
    math = await people.agent(name="Math", memory_flag=True)
    await hand(people, triage, math)
    body = {"agent_id": triage, "conversation_id": "talk"}
    first = await people.send("POST", "/executions", {**body, "query": "my number is 7 [[tools=1]] [[say=noted]]"})
    assert first["answered_by"]["agent_id"] == math
    second = await people.send("POST", "/executions", {**body, "query": "which? [[tools=1]] [[say=seven]]"})
    [child] = await children_of(people, second["id"])
    call = await people.send("GET", f"/executions/{child['id']}/model-calls/1")
    assert [(message["role"], message["content"]) for message in call["messages"]][-3:] == [
        ("user", first["query"]),
        ("assistant", "noted"),
        ("user", second["query"]),
    ]


async def test_what_agents_ask_each_other_is_a_conversation_under_the_rules(people: People) -> None:
    helper = await people.agent(name="Helper")
    boss = await people.agent(await slug_of(people, helper), name="Boss")
    await people.ended(await people.start(boss, "ask [[tools=1]] [[say=I did]]"))
    [talk] = (await people.send("GET", "/v1/conversations"))["conversations"]
    assert (talk["id"], talk["message_count"]) == ("Boss_Helper", 2)
    messages = (await people.send("GET", f"/v1/conversations/{talk['id']}/messages"))["messages"]
    assert [(one["from_agent"], one["to_agent"]) for one in messages] == [("Helper", "Boss"), ("Boss", "Helper")]
    rule = {"from_agent": "Boss", "to_agent": "Helper", "allowed": False}
    await people.send("PUT", "/v1/communication-rules", {"rules": [rule]})
    refused = await people.ended(await people.start(boss, "ask [[tools=1]] [[say=alone]]"))
    [end] = [event for event in await people.log(refused["id"]) if event["type"] == "tool_end"]
    assert (refused["result"], end["error"]["code"]) == ("alone", "communication_not_allowed")
    assert await children_of(people, refused["id"]) == []


async def test_only_one_handoff_is_made_in_a_turn(people: People) -> None:
    triage = await people.agent(name="Triage")
    for name in ("Math", "History"):
        await hand(people, triage, await people.agent(name=name))
    id = await people.start(triage, "hm [[parallel=2]] [[say=me]]")
    run = await people.ended(id)
    assert (run["status"], run["result"], len(await children_of(people, id))) == ("completed", "me", 1)
    errors = [
        event["error"]["code"] for event in await people.log(id) if event["type"] == "tool_end" and event["error"]
    ]
    assert errors == ["handoff_refused"]


async def test_two_agents_do_not_send_a_question_to_and_fro_for_ever(people: People) -> None:
    one, two = await people.agent(name="One"), await people.agent(name="Two")
    await hand(people, one, two)
    await hand(people, two, one)
    id = await people.start(one, "who? [[tools=1]] [[say=I do]]")
    run = await people.ended(id)
    assert (run["status"], run["result"], run["answered_by"]["agent_id"]) == ("completed", "I do", one), run
    [second] = await children_of(people, id)
    [third] = await children_of(people, second["id"])
    assert (third["agent_id"], third["answered_by"]) == (one, None)
    assert await children_of(people, third["id"]) == []
    assert run["usage"]["model_calls"] == 3


@shows("HandoffBody.condition", "HandoffBody.input_mapping", "AgentFields.output_type")
async def test_the_system_hands_over_by_the_answer(people: People) -> None:
    triage = await people.agent(name="Triage", output_type="classification")
    math, history = await people.agent(name="Math"), await people.agent(name="History")
    mapping = {"subject": "last.category", "missing": "last.nothing"}
    await hand(people, triage, history, condition={"expression": "last.category == 'history'"})
    await hand(
        people,
        triage,
        math,
        condition={"path": "last.category", "schema": {"const": "math"}},
        input_mapping=mapping,
    )
    id = await people.start(triage, '2+2? [[say={"category": "math", "confidence": 0.9}]]')
    run = await people.ended(id)
    assert (run["status"], run["answered_by"]["agent_name"]) == ("completed", "Math"), run
    [child] = await children_of(people, id)
    given = (await people.send("GET", f"/executions/{child['id']}"))["context"]
    assert (given["subject"], "missing" in given) == ("math", False)
    assert '"category": "math"' in given["intermediate_results"]["Triage"]
    other = await people.ended(await people.start(triage, '? [[say={"category": "other", "confidence": 0.1}]]'))
    assert (other["answered_by"], other["output"]["category"]) == (None, "other")


async def test_the_answer_stands_when_the_other_agent_fails(people: People) -> None:
    triage, broken = await people.agent(name="Triage"), await people.agent(name="Broken")
    await people.send(
        "POST",
        f"/v1/agents/{broken}/guardrails",
        {"name": "none", "kind": "max_length", "stage": "input", "config": {"max_chars": 1}},
    )
    await hand(people, triage, broken)
    run = await people.ended(await people.start(triage, "hm [[tools=1]] [[say=then I]]"))
    assert (run["status"], run["result"], run["answered_by"]) == ("completed", "then I", None), run
    [end] = [event for event in await people.log(run["id"]) if event["type"] == "tool_end"]
    assert end["error"]["code"] == "agent_failed" and "guardrail 'none'" in end["error"]["message"]


@shows(
    "HandoffChanges.target_agent_id",
    "HandoffChanges.description",
    "HandoffChanges.condition",
    "HandoffChanges.input_mapping",
)
async def test_handoffs_are_checked_changed_listed_and_removed(people: People) -> None:
    agent, other, third = await people.agent(), await people.agent(), await people.agent()
    path = f"/v1/agents/{agent}/handoffs"
    bad = {"target_agent_id": agent, "description": "d", "condition": {"expression": "1 +"}}
    answer = await people.answer_of("POST", path, bad)
    assert {(e["pointer"], e["rule"]) for e in answer.json()["errors"]} == {
        ("/target_agent_id", "no_self"),
        ("/condition", "condition"),
    }
    made = await hand(people, agent, other, condition={"expression": "true"})
    twice = await people.answer_of("POST", path, {"target_agent_id": other, "description": "d"})
    assert (twice.status_code, twice.json()["error_code"]) == (409, "handoff_exists")
    used = await people.answer_of("DELETE", f"/agents/{other}")
    assert (used.status_code, used.json()["used_by"][0]["field"]) == (409, "handoffs")
    wanted = {"target_agent_id": third, "description": "New", "condition": None, "input_mapping": {"a": "last"}}
    changed = await people.send("PUT", f"{path}/{made['id']}", wanted)
    assert {name: changed[name] for name in wanted} == wanted
    assert [item["id"] for item in (await people.send("GET", path))["handoffs"]] == [made["id"]]
    assert (await people.answer_of("DELETE", f"{path}/{made['id']}")).status_code == 204
    assert (await people.answer_of("PUT", f"{path}/{made['id']}", wanted)).status_code == 404


@shows(
    "AttachedToolBody.name",
    "AttachedToolBody.type",
    "AttachedToolBody.config",
    "AttachedToolBody.requires_approval",
)
async def test_an_agent_is_a_tool_of_another(people: People) -> None:
    helper, boss = await people.agent(name="Helper"), await people.agent("calculator", name="Boss")
    tool = {"name": "helper", "type": "agent", "config": {"agent": helper}, "requires_approval": False}
    await people.send("POST", f"/v1/agents/{boss}/tools", tool)
    id = await people.start(boss, "go [[parallel=2]] [[say=done]]")
    run = await people.ended(id)
    assert (run["status"], run["result"], run["answered_by"]) == ("completed", "done", None), run
    [child] = await children_of(people, id)
    ends = {event["tool"]: event["result"] for event in await people.log(id) if event["type"] == "tool_end"}
    assert ends == {"calculator": 42, "helper": child["result"]}, "the others' calls are made once, beside it"
    assert child["agent_id"] == helper
    assert run["usage"]["model_calls"] == 3


async def test_agents_that_call_each_other_are_told_so(people: People) -> None:
    one = await people.agent(name="One")
    two = await people.agent(await slug_of(people, one), name="Two")
    await people.send("PUT", f"/agents/{one}", {"tools": [two]})
    own = await people.answer_of("PUT", f"/agents/{one}", {"tools": [await slug_of(people, one)]})
    assert [(e["pointer"], e["rule"]) for e in own.json()["errors"]] == [("/tools/0", "no_self")]
    nobody = {"tools_config": [{"name": "x", "type": "agent", "config": {"agent": "nobody_000000"}}]}
    unknown = await people.answer_of("PUT", f"/agents/{one}", nobody)
    assert [(e["pointer"], e["rule"]) for e in unknown.json()["errors"]] == [
        ("/tools_config/0/config/agent", "known_agent")
    ]
    id = await people.start(one, "go [[tools=1]] [[say=done]]")
    run = await people.ended(id)
    assert (run["status"], run["result"]) == ("completed", "done"), run


@shows("AttachedToolChanges.type", "AttachedToolChanges.config", "AttachedToolChanges.requires_approval")
async def test_tools_are_attached_changed_and_detached_one_by_one(people: People) -> None:
    agent, other = await people.agent("calculator"), await people.agent(name="Other")
    path = f"/v1/agents/{agent}/tools"
    twice = await people.answer_of("POST", path, {"name": "calculator"})
    assert (twice.status_code, twice.json()["error_code"]) == (409, "tool_already_attached")
    await people.send("PUT", f"{path}/calculator", {"requires_approval": True})
    listed = (await people.send("GET", path))["tools"]
    assert [(tool["name"], tool["type"], tool["requires_approval"]) for tool in listed] == [
        ("calculator", "calculator", True)
    ]
    changed = await people.send("PUT", f"{path}/calculator", {"type": "agent", "config": {"agent": other}})
    assert (changed["type"], changed["config"], changed["requires_approval"]) == ("agent", {"agent": other}, True)
    stored = await people.send("GET", f"/agents/{agent}")
    assert (stored["tools"], stored["tools_config"][0]["name"], stored["version"]) == ([], "calculator", 3)
    assert (await people.answer_of("DELETE", f"{path}/calculator")).status_code == 204
    gone = await people.answer_of("DELETE", f"{path}/calculator")
    assert (gone.status_code, gone.json()["error_code"]) == (404, "tool_not_attached")
    assert (await people.send("GET", f"/agents/{agent}"))["requires_approval"] == []


@shows("OutputTypeBody.name", "OutputTypeBody.description", "OutputTypeBody.json_schema")
async def test_output_types_are_named_and_taken_by_agents(people: People) -> None:
    schema = {"type": "object", "properties": {"b": {"type": "integer"}, "a": {"type": "string"}}, "required": ["b"]}
    path = "/v1/agents/output-types"
    made = await people.send("POST", path, {"name": "invoice", "description": "A bill.", "json_schema": schema})
    assert (made["name"], made["description"], made["built_in"]) == ("invoice", "A bill.", False)
    for name in ("invoice", "classification"):
        taken = await people.answer_of("POST", path, {"name": name, "json_schema": schema})
        assert (taken.status_code, taken.json()["error_code"]) == (409, "output_type_name_taken")
    listed = await people.send("GET", f"{path}/available")
    assert [item["name"] for item in listed["output_types"]] == ["invoice"]
    assert "classification" in [item["name"] for item in listed["built_in"]]
    found = await people.send("GET", f"{path}/invoice")
    assert list(found["json_schema"]["properties"]) == ["b", "a"], "in the schema's own order"
    agent = await people.agent(output_type="invoice")
    assert (await people.send("GET", f"/agents/{agent}"))["output_schema"] == schema
    bad = await people.answer_of("PUT", f"/agents/{agent}", {"output_type": "nothing"})
    assert [(e["pointer"], e["rule"]) for e in bad.json()["errors"]] == [("/output_type", "known_output_type")]
    assert (await people.answer_of("DELETE", f"{path}/invoice")).status_code == 204
    assert (await people.send("GET", f"/agents/{agent}"))["output_schema"] == schema, "the agent keeps it"
    changed = await people.send("PUT", f"/agents/{agent}", {"output_schema": {"type": "object"}})
    assert changed["output_type"] is None, "another schema is not that type"
