"""Everything that people change stands in the audit log once: who, what before and after, where to look at it."""

import json
from typing import Any

from dynagent.application.shared.caller import LOCAL_USER_ID
from tests.main.people import People

KEY = "sk-planted-0123456789abcdef"
TOOL = 'async def shout(text: str) -> str:\n    """Shout."""\n    return text.upper()\n'
OF_THE_SANDBOX = ("tool.called", "tool.registered", "sandbox.level")


async def entries(people: People, query: str = "") -> list[dict[str, Any]]:
    """Return the lines, oldest first, without those of the sandbox."""
    found = (await people.send("GET", f"/v1/audit-log?limit=200&{query}"))["entries"]
    assert KEY not in json.dumps(found)
    return [line for line in reversed(found) if line["action"] not in OF_THE_SANDBOX]


async def test_every_change_is_told_once_with_before_and_after(people: People) -> None:
    agent = await people.agent(goal="old goal")
    await people.send("PUT", f"/agents/{agent}", {"goal": "new goal"})
    await people.send("POST", "/v1/agents/bulk", {"ids": [agent], "action": "disable"})
    await people.send("DELETE", f"/agents/{agent}")
    created, changed, switched, deleted = await entries(people)
    assert [line["action"] for line in (created, changed, switched, deleted)] == [
        "agent.created",
        "agent.changed",
        "agent.changed",
        "agent.deleted",
    ]
    assert changed["details"]["changes"]["/configuration/goal"] == {"before": "old goal", "after": "new goal"}
    assert switched["details"]["changes"] == {"/status": {"before": "active", "after": "disabled"}}
    assert created["details"]["name"] == "Ada" and "/slug" in created["details"]["changes"]
    assert deleted["details"]["changes"]["/configuration/goal"] == {"before": "new goal"}
    for line in (created, changed, switched, deleted):
        assert (line["actor_id"], line["target_id"], line["link"]) == (LOCAL_USER_ID, agent, f"/api/v1/agents/{agent}")
    assert await entries(people, f"target_kind=agent&target_id={agent}") == [created, changed, switched, deleted]
    assert await entries(people, "target_kind=model") == []


async def test_models_keys_tools_and_schedules_are_told_by_the_same_means(people: People) -> None:
    key = await people.send("POST", "/v1/users/api-keys", {"provider": "openai", "api_key": KEY, "label": "work"})
    body = {"name": "m", "provider": "openai-compatible", "model_identifier": "x", "endpoint_url": "http://127.0.0.1:9"}
    model = await people.send("POST", "/v1/models", {**body, "api_key": KEY})
    await people.send("PUT", f"/v1/models/{model['id']}", {"max_rpm": 3, "api_key": KEY + "1"})
    await people.send("POST", "/tools/register", {"name": "shout", "code": TOOL, "description": "Shout."})
    await people.send("PUT", "/v1/tools/shout", {"description": "Shout louder."})
    agent = await people.agent()
    timed = {"agent_id": agent, "name": "daily", "cron": "0 9 * * *", "query": "q"}
    schedule = await people.send("POST", "/v1/schedules", timed)
    await people.send("PATCH", f"/v1/schedules/{schedule['id']}", {"paused": True})
    for path in (f"/v1/schedules/{schedule['id']}", "/v1/tools/shout", f"/v1/models/{model['id']}"):
        assert (await people.answer_of("DELETE", path)).is_success
    assert (await people.answer_of("DELETE", f"/v1/users/api-keys/{key['id']}")).is_success
    lines = await entries(people)
    assert [(line["action"], line["target_id"]) for line in lines] == [
        ("provider_key.created", key["id"]),
        ("model.created", model["id"]),
        ("model.changed", model["id"]),
        ("tool.created", "shout"),
        ("tool.changed", "shout"),
        ("agent.created", agent),
        ("schedule.created", schedule["id"]),
        ("schedule.changed", schedule["id"]),
        ("schedule.deleted", schedule["id"]),
        ("tool.deleted", "shout"),
        ("model.deleted", model["id"]),
        ("provider_key.deleted", key["id"]),
    ]
    assert lines[2]["details"]["changes"]["/sealed_key"] == {"before": "***", "after": "***"}
    assert lines[7]["details"]["changes"]["/paused"] == {"before": False, "after": True}
    assert lines[3]["link"] == "/api/v1/tools/shout" and lines[0]["link"] is None


async def test_who_approved_a_call_is_told(people: People) -> None:
    agent = await people.agent("calculator", model="demo", requires_approval=["calculator"])
    id = await people.start(agent, "Compute 23*19")
    await people.answer(id, decision="reject", reason="not today")
    await people.ended(id)
    other = await people.start(agent, "Compute 23*19")
    await people.waiting(other)
    await people.send("POST", f"/v1/executions/{other}/cancel")
    answered, cancelled = (line for line in await entries(people) if line["target_kind"] == "execution")
    assert (answered["action"], answered["actor_id"], answered["target_id"]) == (
        "interrupt.answered",
        LOCAL_USER_ID,
        id,
    )
    told = answered["details"]
    assert (told["decision"], told["reason"], told["tool"], told["asked"]) == (
        "reject",
        "not today",
        "calculator",
        "approval",
    )
    assert answered["link"] == f"/api/v1/executions/{id}"
    assert (cancelled["action"], cancelled["target_id"]) == ("execution.cancelled", other)
