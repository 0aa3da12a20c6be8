"""What every field of a kept model does when the model is made and when it is changed."""

from typing import Any

import httpx2
from benchmarks.scripted_model import ScriptedModel

from dynagent.main import Platform
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.language_models import house
from tests.presentation.api.language_models.house import KEYS, MODELS, SECRET
from tests.shows import shows


@shows("ModelBody.api_key", "ModelChanges.api_key", "ModelChanges.endpoint_url", "ModelChanges.key_id")
async def test_the_models_own_key_a_new_one_and_a_kept_one_are_sent(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    async with stub_server(_completion) as server, stub_server(_completion) as moved:
        url = f"{server.url}/v1"
        model = await house.keep(ada, name="m", endpoint_url=url, api_key=SECRET)
        key = {"provider": "openai-compatible", "endpoint_url": url, "api_key": f"{SECRET}-kept"}
        key_id = (await ada.post(KEYS, json=key)).json()["id"]
        agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()["id"]
        sent: list[str | None] = []
        for changes in ({}, {"api_key": f"{SECRET}-new"}, {"api_key": None, "key_id": key_id}):
            await _change(ada, model, **changes)
            await house.run(ada, agent, "hello")
            sent.append(server.seen[-1].headers.get("authorization"))
        assert sent == [f"Bearer {SECRET}", f"Bearer {SECRET}-new", f"Bearer {SECRET}-kept"]
        await _change(ada, model, endpoint_url=f"{moved.url}/v1")
        await house.run(ada, agent, "hello")
        assert [seen.path for seen in moved.seen if seen.method == "POST"] == ["/v1/chat/completions"]


@shows(
    "ModelChanges.name",
    "ModelChanges.model_identifier",
    "ModelChanges.config_params_json",
    "ModelChanges.version",
    "ModelChanges.enabled",
)
async def test_a_change_counts_at_the_next_call(platform: Platform, endpoint: ScriptedModel) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="m", endpoint_url=endpoint.url)
    changes: dict[str, Any] = {
        "name": "renamed",
        "model_identifier": "scripted-9",
        "config_params_json": {"temperature": 1.1},
        "version": 1,
    }
    await _change(ada, model, **changes)
    stale = await ada.put(f"{MODELS}/{model['id']}", json={"name": "x", "version": 1})
    assert stale.json()["error_code"] == "model_changed_meanwhile"
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "renamed"})).json()
    assert agent["temperature"] == 1.1
    await house.run(ada, agent["id"], "hello")
    assert (endpoint.requests[-1]["model"], endpoint.requests[-1]["temperature"]) == ("scripted-9", 1.1)
    await _change(ada, model, enabled=False)
    run = await house.run(ada, agent["id"], "hello")
    assert run["status"] == "failed" and "renamed" in run["error"]["message"], run


@shows("ModelChanges.provider", "ModelChanges.capabilities", "ModelChanges.max_rpm", "ModelChanges.fallbacks")
async def test_a_changed_provider_ability_rate_and_fallback_are_kept_to(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="m", endpoint_url=endpoint.url)
    await house.keep(ada, name="spare", endpoint_url=endpoint.url, model_identifier="spare-1")
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m", "tools": ["calculator"]})).json()["id"]
    await _change(ada, model, provider="modal", capabilities={"tools": False})
    assert (await house.run(ada, agent, "hello"))["error"]["code"] == "model_refused"
    plain = (await ada.post("/api/agents", json={"name": "B", "model": "m"})).json()["id"]
    await _change(ada, model, endpoint_url="http://127.0.0.1:9/v1", fallbacks=["spare"])
    assert (await house.run(ada, plain, "hello [[say=hi]]"))["result"] == "hi"
    assert endpoint.requests[-1]["model"] == "spare-1"
    usage = (await ada.get(f"{MODELS}/usage?days=1")).json()["usage"]
    assert "modal" in {item["provider"] for item in usage}
    await _change(ada, model, endpoint_url=endpoint.url, fallbacks=[], max_rpm=1)
    await house.run(ada, plain, "hello [[say=hi]]")
    body = {"agent_id": plain, "query": "hello", "mode": "async"}
    waiting = (await ada.post("/api/executions", json=body)).json()["id"]
    reasons: list[str] = []
    while not reasons:
        reasons = [event["reason"] for event in await house.trace(ada, waiting) if event["type"] == "retry"]
    assert reasons == ["the limit of 1 calls a minute to the model 'm' is reached"]
    assert (await ada.post(f"/api/v1/executions/{waiting}/cancel")).status_code == 200


@shows("ModelBody.fallbacks", "ModelChanges.fallbacks")
async def test_fallbacks_must_be_there_and_a_global_model_has_global_ones(platform: Platform) -> None:
    root = await house.administrator(platform)
    body = {"name": "m", "provider": "openai-compatible", "model_identifier": "x", "endpoint_url": "http://127.0.0.1:9"}
    refused = await root.post(MODELS, json={**body, "fallbacks": ["nobody"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/fallbacks/0")
    await house.keep(root, name="mine", endpoint_url="http://127.0.0.1:9")
    shared = await root.post(MODELS, json={**body, "fallbacks": ["mine"], "for_all": True})
    assert (shared.status_code, shared.json()["errors"][0]["rule"]) == (422, "global_model")
    model = await house.keep(root, **{**body, "fallbacks": ["mine", "demo"]})
    changed = await root.put(f"{MODELS}/{model['id']}", json={"fallbacks": ["nobody"]})
    assert (changed.status_code, changed.json()["errors"][0]["rule"]) == (422, "known_model")


async def test_a_model_in_use_is_removed_by_force_only_and_says_who_uses_it(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="m", endpoint_url="http://127.0.0.1:9")
    await house.keep(ada, name="other", endpoint_url="http://127.0.0.1:9", fallbacks=["m"])
    agent = (await ada.post("/api/agents", json={"name": "A", "llm_model_id": model["id"]})).json()["id"]
    schedule = {"agent_id": agent, "name": "S", "cron": "0 9 * * *", "query": "q", "model": "m"}
    assert (await ada.post("/api/v1/schedules", json=schedule)).status_code == 201
    kept = await ada.delete(f"{MODELS}/{model['id']}")
    assert (kept.status_code, kept.json()["error_code"]) == (409, "in_use")
    assert [(use["kind"], use["name"], use["field"]) for use in kept.json()["used_by"]] == [
        ("agent", "A", "model"),
        ("model", "other", "fallbacks"),
        ("schedule", "S", "model"),
    ]
    assert (await ada.delete(f"{MODELS}/{model['id']}?force=true")).status_code == 204


async def _change(client: httpx2.AsyncClient, model: dict[str, Any], **changes: Any) -> None:
    answer = await client.put(f"{MODELS}/{model['id']}", json=changes)
    assert answer.status_code == 200, answer.text


def _completion(_: Seen) -> Reply:
    body = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}]}'
    return Reply(headers={"Content-Type": "application/json"}, body=body)
