"""What was asked of whom, which model fits which task, and who changed what."""

import json

from benchmarks.scripted_model import ScriptedModel

from dynagent.application.commands.identity import SetUserRole
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.main import Platform
from tests.presentation.api.language_models import house
from tests.presentation.api.language_models.house import KEYS, MODELS, SECRET
from tests.shows import shows


async def test_usage_is_told_by_provider_to_each_and_of_all_to_administrators(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada, eve = await house.register(platform, "ada"), await house.register(platform, "eve")
    await house.keep(ada, name="second", model_identifier="scripted-2", endpoint_url=endpoint.url)
    broken = {"endpoint_url": "http://127.0.0.1:9/v1", "model_identifier": "gone", "provider": "modal"}
    await house.keep(ada, name="first", **broken, fallbacks=["second"])
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "first"})).json()
    run = await house.run(ada, agent["id"], "hello [[say=hi]]")
    assert run["status"] == "completed"
    usage = (await ada.get(f"{MODELS}/usage?days=1")).json()["usage"]
    told = {(item["provider"], item["model"]): (item["calls"], item["failures"]) for item in usage}
    assert told == {("modal", "gone"): (3, 3), ("openai-compatible", "scripted-2"): (1, 0)}
    used = next(item for item in usage if item["model"] == "scripted-2")
    assert used["input_tokens"] > 0 and used["output_tokens"] > 0
    assert (await eve.get(f"{MODELS}/usage")).json()["usage"] == []
    assert (await eve.get(f"{MODELS}/usage/all")).status_code == 403
    root = await house.administrator(platform)
    assert len((await root.get(f"{MODELS}/usage/all")).json()["usage"]) == 2
    again = await house.run(ada, agent["id"], "hello [[say=hi]]")
    assert again["status"] == "completed"
    metrics = (await root.get("/metrics")).text
    assert 'dynagent_model_circuits{provider="modal",state="open"} 1.0' in metrics
    assert 'dynagent_model_circuits{provider="openai-compatible",state="closed"} 1.0' in metrics
    listed = {model["name"]: model["circuit"] for model in (await ada.get(MODELS)).json()["models"]}
    assert listed == {"first": "open", "second": "closed"}
    third = await house.run(ada, agent["id"], "hello [[say=hi]]")
    reasons = [event["reason"] for event in await house.trace(ada, third["id"]) if event["type"] == "retry"]
    assert len(reasons) == 1 and "is open" in reasons[0], "an endpoint with an open circuit is not waited for"


async def test_auto_asks_the_model_that_fits_the_task_and_another_when_it_fails(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(ada, name="strong", model_identifier="scripted-opus", endpoint_url=endpoint.url)
    await house.keep(ada, name="small", model_identifier="scripted-mini", endpoint_url=endpoint.url)
    await house.keep(ada, name="plain", model_identifier="scripted", endpoint_url=endpoint.url)
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "auto"})).json()
    hard = "Analyse and evaluate both contracts step by step [[say=done]]"
    for query, model, answered in (
        ("hello [[say=hi]]", None, "scripted-mini"),
        (hard, None, "scripted-opus"),
        (hard, "auto:simple", "scripted-mini"),
        (hard, "plain", "scripted"),
    ):
        run = await house.run(ada, agent["id"], query, **({"model": model} if model else {}))
        assert run["status"] == "completed", run
        assert endpoint.requests[-1]["model"] == answered
    assert (await ada.post("/api/agents", json={"name": "B", "model": "auto:impossible"})).status_code == 422
    taken = {"name": "auto", "provider": "openai", "model_identifier": "gpt-4o"}
    assert (await ada.post(MODELS, json=taken)).json()["errors"][0]["pointer"] == "/name"
    other = await house.register(platform, "other")
    alone = (await other.post("/api/agents", json={"name": "A", "model": "auto"})).json()
    assert (await house.run(other, alone["id"], "Compute 2+3"))["status"] == "completed", (
        "without models it is the default"
    )


@shows("ChoiceBody.task", "ChoiceBody.needs", "ChoiceBody.complexity", "ChoiceBody.prefer")
async def test_which_model_for_a_task_and_whether_one_fits(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(
        ada, name="haiku", provider="anthropic", model_identifier="claude-3-5-haiku-latest", api_key=SECRET
    )
    await house.keep(ada, name="opus", provider="anthropic", model_identifier="claude-3-opus-latest", api_key=SECRET)
    await house.keep(ada, name="keyless", provider="openai", model_identifier="gpt-4o")
    await house.keep(
        ada, name="mute", provider="modal", endpoint_url="http://127.0.0.1:9/v1", capabilities={"tools": False}
    )
    body = {"task": "Analyse both contracts and evaluate the risk step by step", "needs": {"tools": True}}
    advice = (await ada.post(f"{MODELS}/choice", json=body)).json()
    assert (advice["complexity"], advice["choices"][0]["model"], advice["choices"][0]["tier"]) == (
        "high",
        "opus",
        "high",
    )
    assert {one["model"]: one["reasons"] for one in advice["passed_over"]} == {
        "keyless": ["there is no key for it"],
        "mute": ["it cannot call tools"],
    }
    cheap = (await ada.post(f"{MODELS}/choice", json={"complexity": "simple", "prefer": "cost"})).json()
    assert cheap["choices"][0]["model"] in ("haiku", "demo")
    fit = (await ada.get(f"{MODELS}/fit?model=mute&tools=true&structured_output=true")).json()
    assert fit["warnings"] == ["it cannot call tools"]
    assert (await ada.get(f"{MODELS}/fit?model=nobody&tools=true")).json()["warnings"] == []


async def test_changes_of_models_and_keys_stand_in_the_audit_log(platform: Platform) -> None:
    ada, root = await house.register(platform, "ada"), await house.administrator(platform)
    model = await house.keep(ada, name="m", endpoint_url="http://127.0.0.1:9/v1", api_key=SECRET)
    await ada.put(f"{MODELS}/{model['id']}", json={"max_rpm": 3, "api_key": SECRET + "1"})
    key = (await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET, "label": "work"})).json()
    await ada.delete(f"{KEYS}/{key['id']}")
    await ada.delete(f"{MODELS}/{model['id']}")
    me = (await ada.get("/api/v1/users/me")).json()["id"]
    wanted = ["model.created", "model.changed", "provider_key.created", "provider_key.deleted", "model.deleted"]
    entries = (await root.get("/api/v1/audit-log")).json()["entries"]
    lines = [entry for entry in reversed(entries) if entry["action"] in wanted]
    assert [line["action"] for line in lines] == wanted
    assert {line["actor_id"] for line in lines} == {me}
    assert {line["target_id"] for line in lines} == {model["id"], key["id"]}
    changes = lines[1]["details"]["changes"]
    assert {"/max_rpm", "/sealed_key"} <= set(changes) and changes["/sealed_key"]["after"] == "***"
    assert SECRET not in json.dumps(lines)


async def test_a_global_model_with_one_administrators_key_is_changed_by_another(platform: Platform) -> None:
    root = await house.administrator(platform)
    other = await house.register(platform, "other")
    me = (await other.get("/api/v1/users/me")).json()["id"]
    await platform.bus.send(SetUserRole(me, "admin"), LOCAL_ADMIN)
    key = (await root.post(KEYS, json={"provider": "openai", "api_key": SECRET})).json()
    model = await house.keep(root, name="house", provider="openai", key_id=key["id"], for_all=True)
    changed = await other.put(f"{MODELS}/{model['id']}", json={"max_rpm": 5})
    assert (changed.status_code, changed.json()["key_id"]) == (200, key["id"])
    stolen = await other.put(f"{MODELS}/{model['id']}", json={"key_id": key["id"]})
    assert stolen.json()["error_code"] == "provider_key_not_found"
