"""Models that people keep: chosen by agents and runs, asked with the right key, stepping in for each other, told."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.application.commands.identity import SetUserRole
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.postgres.language_models_stored import seal_anew
from dynagent.infrastructure.security.keyring import KeyRing, SecretSettings
from dynagent.infrastructure.security.secret_box import SecretBox
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from tests.conftest import connected_to
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.identity.house import BASE, PASSWORD, signed_in

MODELS, KEYS = "/api/v1/models", "/api/v1/users/api-keys"
SECRET, OLD = "sk-never-to-be-seen-4711", "s" * 40


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[ScriptedModel]:
    """A model endpoint that does as it is told."""
    async with ScriptedModel() as model:
        yield model


@pytest_asyncio.fixture
async def platform(fresh_database_url: str) -> AsyncIterator[Platform]:
    """Everything, with sign-in required and this machine allowed as an endpoint."""
    auth = {"auth_mode": "required", "registration": "open"}
    settings = Settings(
        auth=AuthSettings.model_validate(auth),
        secrets=SecretSettings.model_validate({"secret_key": OLD}),
        database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
        outbound=OutboundSettings(allow="127.0.0.0/8"),
    )
    async with open_platform(settings) as platform:
        yield platform


async def test_an_agent_chooses_a_kept_model_by_name_or_id_and_a_run_another(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await _register(platform, "ada")
    model = await _keep(ada, name="mine", model_identifier="scripted-1", endpoint_url=endpoint.url)
    other = await _keep(ada, name="other", model_identifier="scripted-2", endpoint_url=endpoint.url)
    for choice in ("mine", model["id"]):
        agent = (await ada.post("/api/agents", json={"name": "A", "model": choice})).json()
        run = await _run(ada, agent["id"], "hello [[say=hi]]")
        assert (run["status"], run["result"], agent["llm_name"]) == ("completed", "hi", "mine"), run
        assert endpoint.requests[-1]["model"] == "scripted-1"
    run = await _run(ada, agent["id"], "hello", model=other["name"])
    assert endpoint.requests[-1]["model"] == "scripted-2"
    missing = await ada.post("/api/agents", json={"name": "B", "model": "no-such-model"})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/model")


async def test_the_models_parameters_count_where_the_agent_is_silent(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await _register(platform, "ada")
    await _keep(ada, name="m", endpoint_url=endpoint.url, config_params_json={"temperature": 1.5, "max_tokens": 77})
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m", "temperature": 0.3})).json()
    await _run(ada, agent["id"], "hello")
    assert endpoint.requests[-1]["temperature"] == 0.3, "the agent's value overrides the model's (C-33)"
    assert endpoint.requests[-1]["max_completion_tokens"] == 77


async def test_another_tenants_model_is_not_there_by_name_or_id(platform: Platform, endpoint: ScriptedModel) -> None:
    ada, eve = await _register(platform, "ada"), await _register(platform, "eve")
    model = await _keep(ada, name="mine", endpoint_url=endpoint.url)
    for path in (f"{MODELS}/{model['id']}",):
        assert (await eve.get(path)).status_code == 404
        assert (await eve.put(path, json={"max_rpm": 1})).status_code == 404
        assert (await eve.delete(path)).status_code == 404
    assert (await eve.get(MODELS)).json()["models"] == []
    for choice, status in (("mine", 422), (model["id"], 404)):
        assert (await eve.post("/api/agents", json={"name": "A", "model": choice})).status_code == status
    assert (await _keep(eve, name="mine", endpoint_url=endpoint.url))["id"] != model["id"]
    key = (await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET})).json()
    stolen = {"name": "x", "provider": "openai", "model_identifier": "gpt-4o", "key_id": key["id"]}
    assert (await eve.post(MODELS, json=stolen)).json()["error_code"] == "provider_key_not_found"
    assert (await eve.delete(f"{KEYS}/{key['id']}")).status_code == 404


async def test_when_a_model_fails_another_steps_in_and_the_trace_tells_it(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await _register(platform, "ada")
    await _keep(ada, name="second", model_identifier="scripted-2", endpoint_url=endpoint.url)
    broken = {"endpoint_url": "http://127.0.0.1:9/v1", "model_identifier": "gone", "fallbacks": ["second"]}
    await _keep(ada, name="first", **broken, provider="openai-compatible")
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "first"})).json()
    run = await _run(ada, agent["id"], "hello [[say=rescued]]")
    assert (run["status"], run["result"]) == ("completed", "rescued")
    told = [event["reason"] for event in await _trace(ada, run["id"]) if event["type"] == "retry"]
    assert any(reason.startswith("switched to second because first:") for reason in told), told
    await _keep(ada, name="third", **{**broken, "fallbacks": []})
    body = {"name": "B", "llm_name": "third", "fallback_models": ["second"], "max_rpm": 100}
    agent = (await ada.post("/api/agents", json=body)).json()
    assert agent["model"] == "third"
    assert (await _run(ada, agent["id"], "hello [[say=rescued]]"))["result"] == "rescued"
    unknown = await ada.post("/api/agents", json={"name": "C", "fallback_models": ["demo", "nobody"]})
    assert unknown.json()["errors"][0]["pointer"] == "/fallback_models/1"


async def test_a_run_survives_429_500_and_a_cut_stream_and_tells_each(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await _register(platform, "ada")
    await _keep(ada, name="m", endpoint_url=endpoint.url)
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
    for marker, code in (
        ("[[fail=429:1:1]]", "model_rate_limited"),
        ("[[fail=500:1]]", "model_unavailable"),
        ("[[cut=1]]", "model_unavailable"),
    ):
        run = await _run(ada, agent["id"], f"hello {marker} [[tokens=8]]")
        assert run["status"] == "completed", run
        retries = [event for event in await _trace(ada, run["id"]) if event["type"] == "retry"]
        assert [event["error_code"] for event in retries] == [code]


async def test_a_models_rate_is_kept_to_and_told(platform: Platform, endpoint: ScriptedModel) -> None:
    ada = await _register(platform, "ada")
    await _keep(ada, name="spare", endpoint_url=endpoint.url, model_identifier="spare")
    await _keep(ada, name="slow", endpoint_url=endpoint.url, max_rpm=1)
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "slow"})).json()
    assert (await _run(ada, agent["id"], "one"))["status"] == "completed"
    started = await ada.post("/api/executions", json={"agent_id": agent["id"], "query": "two", "mode": "async"})
    path = f"/api/v1/executions/{started.json()['id']}"
    reasons: list[str] = []
    for _ in range(200):
        reasons = [event["reason"] for event in await _trace(ada, started.json()["id"]) if event["type"] == "retry"]
        if reasons:
            break
    assert "the limit of 1 calls a minute to the model 'slow' is reached" in reasons
    assert (await ada.post(f"{path}/cancel")).status_code == 200


async def test_a_key_goes_to_its_own_address_only_and_is_never_shown(platform: Platform) -> None:
    ada = await _register(platform, "ada")
    async with stub_server(_completion) as home, stub_server(_completion) as elsewhere:
        body = {"provider": "openai-compatible", "api_key": SECRET, "endpoint_url": f"{home.url}/v1"}
        key = (await ada.post(KEYS, json=body)).json()
        assert key["hint"] == "…4711" and SECRET not in json.dumps(key)
        model = await _keep(ada, name="m", endpoint_url=f"{home.url}/v1", key_id=key["id"])
        away = {"endpoint_url": f"{elsewhere.url}/v1", "key_id": key["id"]}
        assert (await ada.put(f"{MODELS}/{model['id']}", json=away)).status_code == 422
        agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
        assert (await _run(ada, agent["id"], "hello"))["result"] == "Hello."
        assert home.seen[-1].headers["authorization"] == f"Bearer {SECRET}"
        moved = await ada.put(f"{MODELS}/{model['id']}", json={"endpoint_url": f"{elsewhere.url}/v1"})
        assert (moved.status_code, moved.json()["key_id"]) == (200, None)
        await _run(ada, agent["id"], "hello")
        assert "authorization" not in elsewhere.seen[-1].headers


async def test_private_addresses_are_refused_unless_an_operator_allows_them(platform: Platform) -> None:
    ada = await _register(platform, "ada")
    for url in ("http://10.0.0.1/v1", "http://169.254.169.254/v1", "http://[::ffff:10.0.0.1]/v1"):
        await _keep(ada, name=url[7:30], endpoint_url=url)
        agent = (await ada.post("/api/agents", json={"name": "A", "model": url[7:30]})).json()
        run = await _run(ada, agent["id"], "hello")
        assert run["status"] == "failed" and "not a public address" in json.dumps(run), run
        tested = {"provider": "openai-compatible", "endpoint_url": url, "api_key": SECRET}
        answer = (await ada.post(f"{KEYS}/test", json=tested)).json()
        assert not answer["accepted"] and "not a public address" in answer["detail"]
    for url in ("file:///etc/passwd", "ftp://example.org/v1", "http://user:pw@example.org/v1"):
        body = {"name": "x", "provider": "openai-compatible", "model_identifier": "m", "endpoint_url": url}
        assert (await ada.post(MODELS, json=body)).status_code == 422


async def test_a_key_is_tried_before_it_is_kept(platform: Platform) -> None:
    ada = await _register(platform, "ada")

    def answer(seen: Seen) -> Reply:
        if seen.headers.get("authorization") != f"Bearer {SECRET}":
            return Reply(401, body=b'{"error":{"message":"Incorrect API key provided: sk-bad"}}')
        return Reply(body=b'{"data":[{"id":"one"},{"id":"two"}]}')

    async with stub_server(answer) as server:
        body = {"provider": "openai-compatible", "endpoint_url": f"{server.url}/v1", "api_key": SECRET}
        good = (await ada.post(f"{KEYS}/test", json=body)).json()
        bad = (await ada.post(f"{KEYS}/test", json={**body, "api_key": "sk-bad"})).json()
    assert (good["accepted"], good["models"]) == (True, ["one", "two"])
    assert (bad["accepted"], bad["detail"]) == (False, "the provider does not take this key")
    assert (await ada.get(KEYS)).json()["api_keys"] == []


async def test_global_models_are_for_all_and_changed_by_administrators(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    root, ada = await _administrator(platform), await _register(platform, "ada")
    body = {"name": "house", "provider": "openai-compatible", "model_identifier": "scripted"}
    body |= {"endpoint_url": endpoint.url, "for_all": True}
    assert (await ada.post(MODELS, json=body)).status_code == 404
    model = (await root.post(MODELS, json=body)).json()
    assert (await ada.get(f"{MODELS}?owner=global")).json()["models"][0]["id"] == model["id"]
    assert (await ada.put(f"{MODELS}/{model['id']}", json={"max_rpm": 1})).status_code == 404
    assert (await ada.delete(f"{MODELS}/{model['id']}")).status_code == 404
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "house"})).json()
    assert (await _run(ada, agent["id"], "hello [[say=hi]]"))["result"] == "hi"
    stale = await root.put(f"{MODELS}/{model['id']}", json={"max_rpm": 1}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["error_code"]) == (412, "model_changed_meanwhile")


async def test_what_a_model_cannot_do_is_said_beforehand_and_when_it_is_asked(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await _register(platform, "ada")
    model = await _keep(ada, name="m", endpoint_url=endpoint.url, capabilities={"tools": False})
    view = (await ada.get(f"{MODELS}/{model['id']}?tools=true&streaming=true")).json()
    assert (view["warnings"], view["circuit"]) == (["it cannot call tools"], "closed")
    keyless = await ada.post(
        MODELS, json={"name": "k", "provider": "Anthropic", "model_identifier": "claude-3-5-haiku"}
    )
    details = (await ada.get(f"{MODELS}/{keyless.json()['id']}")).json()
    assert "there is no key for Anthropic" in details["warnings"][0]
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m", "tools": ["calculator"]})).json()
    run = await _run(ada, agent["id"], "compute")
    assert run["status"] == "failed" and "cannot call tools" in json.dumps(run)


async def test_the_catalogue_of_providers(platform: Platform) -> None:
    ada = await _register(platform, "ada")
    providers = {item["id"]: item for item in (await ada.get(f"{MODELS}/providers")).json()["providers"]}
    assert {"openai", "anthropic", "google", "azure-openai", "ollama", "huggingface", "deepseek", "modal"} <= set(
        providers
    )
    assert providers["azure-openai"]["needs_endpoint"]
    known = (await ada.get(f"{MODELS}/providers/openai/models")).json()["models"]
    assert any(model["id"] == "gpt-4o" and model["context_window"] == 128_000 for model in known)
    assert (await ada.get(f"{MODELS}/providers/AzureOpenAI/capabilities")).json()["capabilities"]["tools"] is True
    assert (await ada.get(f"{MODELS}/providers/nobody/models")).json()["error_code"] == "provider_not_found"
    images = {"name": "x", "provider": "Stability AI", "model_identifier": "sd3"}
    assert (await ada.post(MODELS, json=images)).status_code == 422


async def test_stored_keys_are_ciphertext_and_can_be_sealed_anew(
    platform: Platform, fresh_database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = await _register(platform, "ada")
    await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET})
    await _keep(ada, name="m", provider="openai", api_key=SECRET)
    database = connected_to(fresh_database_url)
    await database.connect()
    for table in await database.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = await database.pool.fetch(f'SELECT t::text AS line FROM "{table["tablename"]}" t')
        text = "\n".join(row["line"] for row in rows)
        assert SECRET not in text and PASSWORD not in text, table["tablename"]
    both, only_new = SecretBox(KeyRing(["n" * 40, OLD])), SecretBox(KeyRing(["n" * 40]))
    assert await seal_anew(database, both, is_current=both.is_current) == 2
    assert await seal_anew(database, both, is_current=both.is_current) == 0
    written = "".join(capfd.readouterr())
    assert SECRET not in written and PASSWORD not in written
    row = await database.pool.fetchrow("SELECT id, key_encrypted FROM api_keys")
    await database.close()
    assert row is not None and only_new.open(row["key_encrypted"], row=str(row["id"])) == SECRET


async def test_usage_is_told_by_provider_to_each_and_of_all_to_administrators(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada, eve = await _register(platform, "ada"), await _register(platform, "eve")
    await _keep(ada, name="second", model_identifier="scripted-2", endpoint_url=endpoint.url)
    broken = {"endpoint_url": "http://127.0.0.1:9/v1", "model_identifier": "gone", "provider": "modal"}
    await _keep(ada, name="first", **broken, fallbacks=["second"])
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "first"})).json()
    run = await _run(ada, agent["id"], "hello [[say=hi]]")
    assert run["status"] == "completed"
    usage = (await ada.get(f"{MODELS}/usage?days=1")).json()["usage"]
    told = {(item["provider"], item["model"]): (item["calls"], item["failures"]) for item in usage}
    assert told == {("modal", "gone"): (3, 3), ("openai-compatible", "scripted-2"): (1, 0)}
    used = next(item for item in usage if item["model"] == "scripted-2")
    assert used["input_tokens"] > 0 and used["output_tokens"] > 0
    assert (await eve.get(f"{MODELS}/usage")).json()["usage"] == []
    assert (await eve.get(f"{MODELS}/usage/all")).status_code == 403
    root = await _administrator(platform)
    assert len((await root.get(f"{MODELS}/usage/all")).json()["usage"]) == 2
    again = await _run(ada, agent["id"], "hello [[say=hi]]")
    assert again["status"] == "completed"
    figures = (await root.get("/metrics")).text
    assert 'dynagent_model_circuits{provider="modal",state="open"} 1.0' in figures
    assert 'dynagent_model_circuits{provider="openai-compatible",state="closed"} 1.0' in figures
    listed = {model["name"]: model["circuit"] for model in (await ada.get(MODELS)).json()["models"]}
    assert listed == {"first": "open", "second": "closed"}
    third = await _run(ada, agent["id"], "hello [[say=hi]]")
    reasons = [event["reason"] for event in await _trace(ada, third["id"]) if event["type"] == "retry"]
    assert len(reasons) == 1 and "given a rest" in reasons[0], "a resting endpoint is not waited for"


async def test_changes_of_models_and_keys_stand_in_the_audit_log(platform: Platform) -> None:
    ada, root = await _register(platform, "ada"), await _administrator(platform)
    model = await _keep(ada, name="m", endpoint_url="http://127.0.0.1:9/v1", api_key=SECRET)
    await ada.put(f"{MODELS}/{model['id']}", json={"max_rpm": 3, "api_key": SECRET + "1"})
    key = (await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET, "label": "work"})).json()
    await ada.delete(f"{KEYS}/{key['id']}")
    await ada.delete(f"{MODELS}/{model['id']}")
    me = (await ada.get("/api/v1/users/me")).json()["id"]
    wanted = ["model.created", "model.changed", "provider_key.added", "provider_key.removed", "model.deleted"]
    lines: list[dict[str, Any]] = []
    for _ in range(200):
        entries = (await root.get("/api/v1/audit-log")).json()["entries"]
        lines = [entry for entry in reversed(entries) if entry["action"] in wanted]
        if len(lines) == len(wanted):
            break
    assert sorted(line["action"] for line in lines) == sorted(wanted)
    assert {line["actor_id"] for line in lines} == {me}
    assert {line["target_id"] for line in lines} == {model["id"], key["id"]}
    assert next(line for line in lines if line["action"] == "model.changed")["details"]["fields"] == [
        "api_key",
        "max_rpm",
    ]
    assert SECRET not in json.dumps(lines)


async def test_a_global_model_with_one_administrators_key_is_changed_by_another(platform: Platform) -> None:
    root = await _administrator(platform)
    other = await _register(platform, "other")
    me = (await other.get("/api/v1/users/me")).json()["id"]
    await platform.bus.send(SetUserRole(me, "admin"), LOCAL_ADMIN)
    key = (await root.post(KEYS, json={"provider": "openai", "api_key": SECRET})).json()
    model = await _keep(root, name="house", provider="openai", key_id=key["id"], for_all=True)
    changed = await other.put(f"{MODELS}/{model['id']}", json={"max_rpm": 5})
    assert (changed.status_code, changed.json()["key_id"]) == (200, key["id"])
    stolen = await other.put(f"{MODELS}/{model['id']}", json={"key_id": key["id"]})
    assert stolen.json()["error_code"] == "provider_key_not_found"


async def _administrator(platform: Platform) -> httpx2.AsyncClient:
    root = await _register(platform, "root")
    me = (await root.get("/api/v1/users/me")).json()["id"]
    await platform.bus.send(SetUserRole(me, "admin"), LOCAL_ADMIN)
    return root


def _completion(_: Seen) -> Reply:
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
    return Reply(headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


async def _register(platform: Platform, name: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=platform.app, raise_app_exceptions=False)
    client = httpx2.AsyncClient(transport=transport, base_url=BASE, timeout=60)
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return signed_in(client, await client.post("/api/v1/auth/register", json=body))


async def _keep(client: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    body = {"provider": "openai-compatible", "model_identifier": "scripted", **fields}
    answer = await client.post(MODELS, json=body)
    assert answer.status_code == 201, answer.text
    assert SECRET not in answer.text
    return answer.json()


async def _run(client: httpx2.AsyncClient, agent_id: str, query: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/executions", json={"agent_id": agent_id, "query": query, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _trace(client: httpx2.AsyncClient, execution_id: str) -> list[dict[str, Any]]:
    return (await client.get(f"/api/v1/executions/{execution_id}/events?limit=1000")).json()["events"]
