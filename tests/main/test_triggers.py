"""Triggers over the API: a signed message starts an agent or a workflow, once, and nothing else does."""

import json
import time
from typing import Any

import httpx2

from dynagent.core.triggers import signature_of
from tests.main.people import Json, People
from tests.main.test_workflows import make_workflow, says
from tests.shows import shows


async def deliver(
    people: People, trigger: Json, payload: Any, *, id: str = "msg_1", at: float | None = None, secret: str = ""
) -> httpx2.Response:
    """Send a message as Standard Webhooks do."""
    body, stamp = json.dumps(payload).encode(), str(int(at or time.time()))
    signature = signature_of(secret or trigger["secret"], id, stamp, body)
    headers = {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature}
    return await people.client.post(trigger["url"], content=body, headers=headers)


@shows("TriggerBody.name", "TriggerBody.agent_id", "TriggerBody.query")
async def test_a_message_asks_an_agent_once(people: People) -> None:
    agent = await people.agent(model="demo")
    body = {"name": "Issues", "agent_id": agent, "query": "Look at {{ payload.issue.title }} by {user}"}
    trigger = await people.send("POST", "/triggers", body)
    assert trigger["secret"].startswith("whsec_")
    assert "secret" not in await people.send("GET", f"/triggers/{trigger['id']}")
    payload = {"issue": {"title": "a leak"}, "user": "Ada"}
    first = await deliver(people, trigger, payload)
    assert (first.status_code, first.json()["kind"]) == (202, "agent"), first.text
    run = await people.ended(first.json()["execution_id"])
    assert (run["agent_id"], run["query"], run["lane"]) == (agent, "Look at a leak by Ada", "batch")
    again = await deliver(people, trigger, payload)
    assert again.json() == first.json(), "a message that comes twice starts one run"
    other = await deliver(people, trigger, {**payload, "user": "Bob"})
    assert (other.status_code, other.json()["error_code"]) == (409, "idempotency_key_reused")
    second = await deliver(people, trigger, payload, id="msg_2")
    assert second.json()["execution_id"] != first.json()["execution_id"]
    [listed] = (await people.send("GET", "/triggers"))["triggers"]
    assert (listed["id"], listed["name"]) == (trigger["id"], "Issues")
    assert (await people.answer_of("DELETE", f"/triggers/{trigger['id']}")).status_code == 204
    assert (await deliver(people, trigger, payload)).status_code == 404


@shows("TriggerBody.workflow_id", "TriggerBody.inputs", "TriggerChanges.inputs")
async def test_a_message_runs_a_workflow_with_inputs_from_its_payload(people: People) -> None:
    agent = await people.agent()
    nodes = [{"id": "a", "agent_id": agent, "config": says("about {topic}")}]
    workflow = await make_workflow(people, process_type="graph", nodes=nodes)
    body = {"name": "T", "workflow_id": workflow["workflow_id"], "inputs": {"topic": "payload.items.0"}}
    trigger = await people.send("POST", "/triggers", body)
    started = (await deliver(people, trigger, {"items": ["bees"]})).json()
    run = await people.ended(started["execution_id"])
    assert (started["kind"], run["output"], run["inputs"]) == ("workflow", "about bees", {"topic": "bees"})
    assert (await deliver(people, trigger, {"items": ["bees"]})).json() == started
    lacking = await deliver(people, trigger, {"items": []}, id="msg_2")
    assert (lacking.status_code, lacking.json()["errors"][0]["pointer"]) == (422, "/items/0")
    await people.send("PATCH", f"/triggers/{trigger['id']}", {"inputs": {"topic": "payload.name ?? nobody"}})
    run = await people.ended((await deliver(people, trigger, {}, id="msg_3")).json()["execution_id"])
    assert run["output"] == "about nobody"


@shows("TriggerBody.replay_window_s", "TriggerChanges.replay_window_s")
async def test_what_is_not_signed_or_old_starts_nothing(people: People) -> None:
    agent = await people.agent(model="demo")
    trigger = await people.send("POST", "/triggers", {"name": "T", "agent_id": agent, "replay_window_s": 60})
    unsigned = await people.client.post(trigger["url"], json={})
    assert (unsigned.status_code, unsigned.json()["error_code"]) == (401, "bad_signature")
    old = await deliver(people, trigger, {}, at=time.time() - 120)
    assert (old.status_code, old.json()["error_code"]) == (401, "outside_replay_window")
    await people.send("PATCH", f"/triggers/{trigger['id']}", {"replay_window_s": 600})
    assert (await deliver(people, trigger, {}, at=time.time() - 120)).status_code == 202
    rotated = await people.send("POST", f"/triggers/{trigger['id']}/rotate")
    assert (await deliver(people, trigger, {}, id="msg_2")).status_code == 401, "the old secret signs nothing"
    assert (await deliver(people, rotated, {}, id="msg_2")).status_code == 202
    assert (await people.send("GET", "/executions"))["total"] == 2


@shows("TriggerBody.enabled", "TriggerChanges.enabled", "TriggerChanges.name", "TriggerChanges.query")
async def test_a_trigger_is_changed_and_switched_off(people: People) -> None:
    agent = await people.agent(model="demo")
    trigger = await people.send("POST", "/triggers", {"name": "T", "agent_id": agent, "enabled": False})
    refused = await deliver(people, trigger, {"a": 1})
    assert (refused.status_code, refused.json()["error_code"]) == (409, "trigger_disabled")
    changes = {"enabled": True, "name": "New", "query": "Say {a}"}
    changed = await people.send("PATCH", f"/triggers/{trigger['id']}", changes)
    assert (changed["name"], changed["query"]) == ("New", "Say {a}")
    run = await people.ended((await deliver(people, trigger, {"a": 1})).json()["execution_id"])
    assert run["query"] == "Say 1"


async def test_a_trigger_names_one_thing_that_is_there(people: People) -> None:
    for body in ({"name": "T"}, {"name": "T", "agent_id": "x", "workflow_id": "y"}):
        answer = await people.answer_of("POST", "/triggers", body)
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "one_of")
    unknown = await people.answer_of("POST", "/triggers", {"name": "T", "agent_id": "nobody"})
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "agent_not_found")
