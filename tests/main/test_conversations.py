"""Conversations between agents, as runs of teams and workflows write them."""

import asyncio
import csv
import io
import json
from typing import Any

from dynagent.application.shared.caller import LOCAL_USER_ID
from tests.main.people import People
from tests.main.test_teams import make_agents, start, until
from tests.presentation.api.sockets import Socket
from tests.presentation.api.watching import Watcher
from tests.shows import shows

Json = dict[str, Any]


async def talked(people: People, **dependencies: list[str]) -> str:
    """Have a team with these agents do one iteration; return its id."""
    await make_agents(people, **dependencies)
    id = await start(people, max_iterations=1)
    await until(people, id, "completed")
    return id


async def test_what_agents_give_each_other_is_a_conversation(people: People) -> None:
    await talked(people, structures=[], aerodynamics=["structures"], hull=["aerodynamics"])
    listed = await people.send("GET", "/v1/conversations")
    assert [item["id"] for item in listed["conversations"]] == ["aerodynamics_hull", "aerodynamics_structures"]
    first = listed["conversations"][1]
    assert (first["participants"], first["message_count"], first["status"]) == (
        ["aerodynamics", "structures"],
        1,
        "active",
    )
    [message] = (await people.send("GET", "/v1/conversations/aerodynamics_structures/messages"))["messages"]
    assert list(message) == ["id", "from_agent", "to_agent", "content", "timestamp", "iteration", "metadata"]
    assert (message["from_agent"], message["to_agent"], message["iteration"]) == ("structures", "aerodynamics", 1)
    assert message["content"] == '{"project_complete": false}'
    assert message["metadata"] == {"confidence": None, "tool_calls": []}
    assert message["id"] == f"structures_aerodynamics_{message['timestamp']:.6f}"
    by_uuid = await people.send("GET", f"/v1/conversations/{first['conversation_id']}")
    assert by_uuid == first


async def test_lists_are_filtered_and_searched(people: People) -> None:
    await talked(people, a=[], b=["a"], c=["a", "b"])

    async def ids(query: str) -> list[str]:
        return [item["id"] for item in (await people.send("GET", f"/v1/conversations?{query}"))["conversations"]]

    assert sorted(await ids("")) == ["a_b", "a_c", "b_c"]
    assert sorted(await ids("agent=a")) == ["a_b", "a_c"]
    assert await ids("agent=c&with=a") == ["a_c"]
    assert (await ids("search=PROJECT_complete"), await ids("search=nowhere")) == (["b_c", "a_c", "a_b"], [])
    assert await ids("status=archived") == []
    path = "/v1/conversations/a_b/messages"
    assert (await people.send("GET", f"{path}?from_agent=b"))["total"] == 0
    assert (await people.send("GET", f"{path}?from_agent=a&to_agent=b&iteration=1&search=complete"))["total"] == 1
    stats = await people.send("GET", "/v1/conversations/stats")
    assert (stats["conversations"], stats["messages"], stats["agents"]) == (3, 3, 3)
    assert (await people.send("GET", "/v1/conversations/stats?agent=b"))["messages"] == 2
    assert (await people.send("GET", "/v1/conversations/stats?since=2000-01-01T00:00:00Z"))["messages"] == 3
    assert (await people.send("GET", "/v1/conversations/stats?until=2000-01-01T00:00:00Z"))["pairs"] == []
    assert (await people.send("GET", "/v1/conversations/stats?execution_id=nobody"))["messages"] == 0
    team = (await people.send("GET", "/v1/workflow"))["workflows"][0]["execution_id"]
    assert (await people.send("GET", f"/v1/conversations/stats?execution_id={team}"))["messages"] == 3
    assert [(pair["from_agent"], pair["to_agent"], pair["messages"]) for pair in stats["pairs"]] == [
        ("a", "b", 1),
        ("a", "c", 1),
        ("b", "c", 1),
    ]


@shows("ConversationChanges.archived")
async def test_conversations_are_exported_archived_and_removed(people: People) -> None:
    await talked(people, a=[], b=["a"])
    path = "/v1/conversations/a_b"
    exported = {form: await people.answer_of("GET", f"{path}/export?format={form}") for form in ("json", "csv", "md")}
    assert exported["json"].json()["messages"][0]["from_agent"] == "a"
    rows = list(csv.DictReader(io.StringIO(exported["csv"].text, newline="")))
    assert [row["to_agent"] for row in rows] == ["b"]
    assert exported["md"].text.startswith("# a and b") and "text/markdown" in exported["md"].headers["content-type"]
    assert exported["csv"].headers["content-disposition"] == 'attachment; filename="conversation.csv"'
    assert (await people.answer_of("GET", f"{path}/export?format=xml")).status_code == 422
    assert (await people.send("PATCH", path, {"archived": True}))["status"] == "archived"
    assert (await people.send("GET", "/v1/conversations?status=archived"))["total"] == 1
    assert (await people.send("PATCH", path, {"archived": False}))["status"] == "active"
    assert (await people.answer_of("DELETE", path)).status_code == 204
    for method, of in (("GET", path), ("GET", f"{path}/messages"), ("GET", f"{path}/export"), ("DELETE", path)):
        gone = await people.answer_of(method, of)
        assert (gone.status_code, gone.json()["error_code"]) == (404, "conversation_not_found")
    lines = (await people.send("GET", "/v1/audit-log?limit=200"))["entries"]
    assert [line["action"] for line in reversed(lines) if line["action"].startswith("conversation.")] == [
        "conversation.archived",
        "conversation.archived",
        "conversation.deleted",
    ]


@shows(
    "CommunicationPolicyBody.rules",
    "CommunicationPolicyBody.default",
    "CommunicationRuleBody.from_agent",
    "CommunicationRuleBody.to_agent",
    "CommunicationRuleBody.allowed",
)
async def test_rules_say_who_may_talk_to_whom(people: People) -> None:
    before = await people.send("GET", "/v1/communication-rules")
    assert (before["default"], before["rules"], before["keep_messages_days"]) == ("dependencies", [], 90)
    rule = {"from_agent": "a", "to_agent": "b", "allowed": False}
    stored = await people.send("PUT", "/v1/communication-rules", {"default": "dependencies", "rules": [rule]})
    [line] = (await people.send("GET", "/v1/audit-log?action=communication_rules.changed"))["entries"]
    assert (line["details"]["before"]["rules"], line["details"]["after"]["rules"]) == ([], [rule])
    assert stored["rules"] == [rule] == (await people.send("GET", "/v1/communication-rules"))["rules"]
    id = await talked(people, a=[], b=["a"], c=["a"])
    [iteration] = (await people.send("GET", f"/v1/workflow/{id}/iterations"))["iterations"]
    statuses = {turn["agent"]: turn["status"] for turn in iteration["agents"]}
    assert statuses == {
        "a": "completed",
        "b": "error: 'a' may not talk to 'b' (communication rules)",
        "c": "completed",
    }
    await people.send("PUT", "/v1/communication-rules", {"default": "none"})
    assert (await people.send("GET", "/v1/communication-rules"))["rules"] == []
    bad = await people.answer_of("PUT", "/v1/communication-rules", {"rules": [{"from_agent": "", "to_agent": "b"}]})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/rules/0/from_agent")


@shows("CommunicationPolicyBody.max_message_chars")
async def test_messages_are_no_longer_than_the_policy_says(people: People) -> None:
    await people.send("PUT", "/v1/communication-rules", {"max_message_chars": 100})
    await make_agents(people, a=[], b=["a"])
    id = await start(people, "[[say=" + "x" * 300 + "]]", max_iterations=1)
    await until(people, id, "completed")
    [message] = (await people.send("GET", "/v1/conversations/a_b/messages"))["messages"]
    assert message["content"] == "x" * 99 + "…"


async def test_steps_of_workflows_talk_as_well_and_keep_to_the_rules(people: People) -> None:
    agents = await make_agents(people, b=[])
    agents["a"] = (await people.send("POST", "/agents", {"name": "a", "tools": ["calculator"]}))["id"]
    nodes = [
        {"id": "one", "agent_id": agents["a"], "config": {"description": "[[tools=1]][[say=four]]"}},
        {"id": "two", "agent_id": agents["b"], "config": {"description": "[[say=done]]"}},
    ]
    edges = [{"source": "one", "target": "two"}]
    body = {"name": "W", "process_type": "graph", "nodes": nodes, "edges": edges}
    workflow = await people.send("POST", "/v1/workflows", body)
    first = await people.ended((await execute(people, workflow))["execution_id"])
    assert first["status"] == "completed"
    [message] = (await people.send("GET", "/v1/conversations/a_b/messages"))["messages"]
    assert (message["from_agent"], message["to_agent"], message["content"]) == ("a", "b", "four")
    assert (message["iteration"], message["metadata"]["tool_calls"]) == (0, ["calculator"])
    rule = {"from_agent": "a", "to_agent": "*", "allowed": False}
    await people.send("PUT", "/v1/communication-rules", {"rules": [rule]})
    second = await people.ended((await execute(people, workflow))["execution_id"])
    assert second["status"] == "failed"
    assert "do not let 'a' talk to 'b'" in second["error"]["message"]
    assert (await people.send("GET", "/v1/conversations/a_b/messages"))["total"] == 1


async def execute(people: People, workflow: Json) -> Json:
    return await people.send("POST", f"/v1/workflows/{workflow['workflow_id']}/execute", {"inputs": {}})


async def test_messages_are_pushed_and_resumed(people: People) -> None:
    await make_agents(people, a=[], b=["a"])
    watcher = Watcher(people.app, "/api/v1/stream/conversations")
    await watcher.until(1)
    async with Socket(people.app, "/api/v1/ws/conversations") as socket:
        id = await start(people, max_iterations=2, stability_threshold=5)
        first, second = await socket.message(), await socket.message()
        assert (first["type"], first["conversation_id"]) == ("new_message", "a_b")
        assert first["message"]["from_agent"] == "a" and first["message"]["to_agent"] == "b"
        assert [item["message"]["iteration"] for item in (first, second)] == [1, 2]
        await until(people, id, "completed")
        assert socket.nothing_waits
    async with asyncio.timeout(20):
        while len(watcher.events) < 2:
            await asyncio.sleep(0.02)
    await watcher.leave()
    assert [json.loads(event.data) for event in watcher.events] == [first, second]
    assert [event.id for event in watcher.events] == [str(first["seq"]), str(second["seq"])]
    resumed = Watcher(people.app, "/api/v1/stream/conversations", headers={"last-event-id": str(first["seq"])})
    async with asyncio.timeout(20):
        while not resumed.events:
            await asyncio.sleep(0.02)
    await resumed.leave()
    assert [json.loads(event.data) for event in resumed.events] == [second]
    async with Socket(people.app, "/api/v1/ws/conversations", "after=0") as late:
        assert [await late.message(), await late.message()] == [first, second]
    bad = await people.answer_of("GET", "/v1/stream/conversations?after=-1")
    assert bad.status_code == 422
    headers = {"last-event-id": f"{LOCAL_USER_ID}:3"}
    wrong = await people.client.get("/api/v1/stream/conversations", headers=headers)
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, "malformed_event_id")
