"""Models that people keep: chosen by agents and runs, asked with the right key, stepping in for each other, told."""

import json

import pytest
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.postgres.sealed import seal_anew
from dynagent.infrastructure.security.keyring import KeyRing
from dynagent.infrastructure.security.secret_box import SecretBox
from dynagent.main import Platform
from tests.conftest import connected_to
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.identity.house import PASSWORD
from tests.presentation.api.language_models import house
from tests.presentation.api.language_models.house import KEYS, MODELS, OLD, SECRET
from tests.shows import shows


@shows("ModelBody.name", "ModelBody.model_identifier", "ModelBody.endpoint_url")
async def test_an_agent_chooses_a_kept_model_by_name_or_id_and_a_run_another(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="mine", model_identifier="scripted-1", endpoint_url=endpoint.url)
    other = await house.keep(ada, name="other", model_identifier="scripted-2", endpoint_url=endpoint.url)
    for choice in ("mine", model["id"]):
        agent = (await ada.post("/api/agents", json={"name": "A", "model": choice})).json()
        run = await house.run(ada, agent["id"], "hello [[say=hi]]")
        assert (run["status"], run["result"], agent["llm_name"]) == ("completed", "hi", "mine"), run
        assert endpoint.requests[-1]["model"] == "scripted-1"
    run = await house.run(ada, agent["id"], "hello", model=other["name"])
    assert endpoint.requests[-1]["model"] == "scripted-2"
    missing = await ada.post("/api/agents", json={"name": "B", "model": "no-such-model"})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/model")


@shows("ModelBody.config_params_json")
async def test_the_models_parameters_count_where_the_agent_is_silent(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(
        ada, name="m", endpoint_url=endpoint.url, config_params_json={"temperature": 1.5, "max_tokens": 77}
    )
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m", "temperature": 0.3})).json()
    await house.run(ada, agent["id"], "hello")
    assert endpoint.requests[-1]["temperature"] == 0.3, "the agent's value overrides the model's"
    assert endpoint.requests[-1]["max_completion_tokens"] == 77


async def test_another_tenants_model_is_not_there_by_name_or_id(platform: Platform, endpoint: ScriptedModel) -> None:
    ada, eve = await house.register(platform, "ada"), await house.register(platform, "eve")
    model = await house.keep(ada, name="mine", endpoint_url=endpoint.url)
    for path in (f"{MODELS}/{model['id']}",):
        assert (await eve.get(path)).status_code == 404
        assert (await eve.put(path, json={"max_rpm": 1})).status_code == 404
        assert (await eve.delete(path)).status_code == 404
    assert (await eve.get(MODELS)).json()["models"] == []
    for choice, status in (("mine", 422), (model["id"], 404)):
        assert (await eve.post("/api/agents", json={"name": "A", "model": choice})).status_code == status
    assert (await house.keep(eve, name="mine", endpoint_url=endpoint.url))["id"] != model["id"]
    key = (await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET})).json()
    stolen = {"name": "x", "provider": "openai", "model_identifier": "gpt-4o", "key_id": key["id"]}
    assert (await eve.post(MODELS, json=stolen)).json()["error_code"] == "provider_key_not_found"
    assert (await eve.delete(f"{KEYS}/{key['id']}")).status_code == 404


@shows("ModelBody.fallbacks")
async def test_when_a_model_fails_another_steps_in_and_the_trace_tells_it(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(ada, name="second", model_identifier="scripted-2", endpoint_url=endpoint.url)
    broken = {"endpoint_url": "http://127.0.0.1:9/v1", "model_identifier": "gone", "fallbacks": ["second"]}
    await house.keep(ada, name="first", **broken, provider="openai-compatible")
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "first"})).json()
    run = await house.run(ada, agent["id"], "hello [[say=rescued]]")
    assert (run["status"], run["result"]) == ("completed", "rescued")
    told = [event["reason"] for event in await house.trace(ada, run["id"]) if event["type"] == "retry"]
    assert any(reason.startswith("switched to second because first:") for reason in told), told
    await house.keep(ada, name="third", **{**broken, "fallbacks": []})
    body = {"name": "B", "llm_name": "third", "fallback_models": ["second"], "max_rpm": 100}
    agent = (await ada.post("/api/agents", json=body)).json()
    assert agent["model"] == "third"
    assert (await house.run(ada, agent["id"], "hello [[say=rescued]]"))["result"] == "rescued"
    unknown = await ada.post("/api/agents", json={"name": "C", "fallback_models": ["demo", "nobody"]})
    assert unknown.json()["errors"][0]["pointer"] == "/fallback_models/1"


async def test_a_run_survives_429_500_and_a_cut_stream_and_tells_each(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(ada, name="m", endpoint_url=endpoint.url)
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
    for marker, code in (
        ("[[fail=429:1:1]]", "model_rate_limited"),
        ("[[fail=500:1]]", "model_unavailable"),
        ("[[cut=1]]", "model_unavailable"),
    ):
        run = await house.run(ada, agent["id"], f"hello {marker} [[tokens=8]]")
        assert run["status"] == "completed", run
        retries = [event for event in await house.trace(ada, run["id"]) if event["type"] == "retry"]
        assert [event["error_code"] for event in retries] == [code]


@shows("ModelBody.max_rpm")
async def test_a_models_rate_is_kept_to_and_told(platform: Platform, endpoint: ScriptedModel) -> None:
    ada = await house.register(platform, "ada")
    await house.keep(ada, name="spare", endpoint_url=endpoint.url, model_identifier="spare")
    await house.keep(ada, name="slow", endpoint_url=endpoint.url, max_rpm=1)
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "slow"})).json()
    assert (await house.run(ada, agent["id"], "one"))["status"] == "completed"
    started = await ada.post("/api/executions", json={"agent_id": agent["id"], "query": "two", "mode": "async"})
    path = f"/api/v1/executions/{started.json()['id']}"
    reasons: list[str] = []
    for _ in range(200):
        reasons = [
            event["reason"] for event in await house.trace(ada, started.json()["id"]) if event["type"] == "retry"
        ]
        if reasons:
            break
    assert "the limit of 1 calls a minute to the model 'slow' is reached" in reasons
    assert (await ada.post(f"{path}/cancel")).status_code == 200


@shows("ProviderKeyBody.api_key", "ProviderKeyBody.endpoint_url", "ProviderKeyBody.provider", "ModelBody.key_id")
async def test_a_key_goes_to_its_own_address_only_and_is_never_shown(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    async with stub_server(_completion) as home, stub_server(_completion) as elsewhere:
        body = {"provider": "openai-compatible", "api_key": SECRET, "endpoint_url": f"{home.url}/v1"}
        key = (await ada.post(KEYS, json=body)).json()
        assert key["hint"] == "…4711" and SECRET not in json.dumps(key)
        model = await house.keep(ada, name="m", endpoint_url=f"{home.url}/v1", key_id=key["id"])
        away = {"endpoint_url": f"{elsewhere.url}/v1", "key_id": key["id"]}
        assert (await ada.put(f"{MODELS}/{model['id']}", json=away)).status_code == 422
        agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
        assert (await house.run(ada, agent["id"], "hello"))["result"] == "Hello."
        assert home.seen[-1].headers["authorization"] == f"Bearer {SECRET}"
        moved = await ada.put(f"{MODELS}/{model['id']}", json={"endpoint_url": f"{elsewhere.url}/v1"})
        assert (moved.status_code, moved.json()["key_id"]) == (200, None)
        await house.run(ada, agent["id"], "hello")
        assert "authorization" not in elsewhere.seen[-1].headers


async def test_private_addresses_are_refused_unless_an_operator_allows_them(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    for url in ("http://10.0.0.1/v1", "http://169.254.169.254/v1", "http://[::ffff:10.0.0.1]/v1"):
        await house.keep(ada, name=url[7:30], endpoint_url=url)
        agent = (await ada.post("/api/agents", json={"name": "A", "model": url[7:30]})).json()
        run = await house.run(ada, agent["id"], "hello")
        assert run["status"] == "failed" and "not a public address" in json.dumps(run), run
        tested = {"provider": "openai-compatible", "endpoint_url": url, "api_key": SECRET}
        answer = (await ada.post(f"{KEYS}/test", json=tested)).json()
        assert not answer["accepted"] and "not a public address" in answer["detail"]
    for url in (
        "http://0177.0.0.1/v1",
        "http://0x7f.1/v1",
        "http://2130706433/v1",
        "http://0/v1",
        "http://100.64.0.1/",
    ):
        answer = await ada.post(f"{KEYS}/test", json={**tested, "endpoint_url": url})
        assert (answer.status_code, answer.json()["accepted"]) == (200, False), url
    for url in ("file:///etc/passwd", "ftp://example.org/v1", "http://user:pw@example.org/v1"):
        body = {"name": "x", "provider": "openai-compatible", "model_identifier": "m", "endpoint_url": url}
        assert (await ada.post(MODELS, json=body)).status_code == 422


@shows("ProviderKeyBody.purpose")
async def test_a_key_for_tracing_sends_runs_there_and_asks_no_model(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada, eve = await house.register(platform, "ada"), await house.register(platform, "eve")
    async with stub_server(lambda _: Reply()) as dashboard:
        body = {"provider": "openai", "api_key": SECRET, "purpose": "tracing", "endpoint_url": f"{dashboard.url}/v1"}
        assert (await ada.post(KEYS, json=body)).status_code == 201
        for client in (eve, ada):
            await house.keep(client, name="m", endpoint_url=endpoint.url)
            agent = {"name": "Math", "model": "m", "tools": ["calculator"]}
            agent = (await client.post("/api/agents", json=agent)).json()
            run = await house.run(client, agent["id"], "hello [[say=hi]]")
        for _ in range(500):
            if dashboard.seen:
                break
            await ada.get(KEYS)
    assert len(dashboard.seen) == 1, "only who keeps such a key"
    sent = dashboard.seen[0]
    assert (sent.path, sent.headers["authorization"]) == ("/v1/traces/ingest", f"Bearer {SECRET}")
    trace, root, *spans = json.loads(sent.body)["data"]
    assert trace["id"] == "trace_" + run["id"].replace("-", "") and trace["workflow_name"] == "Math"
    assert root["span_data"] == {"type": "agent", "name": "Math"}
    assert [span["span_data"]["type"] for span in spans] == ["generation"]
    assert spans[0]["parent_id"] == root["id"] and spans[0]["span_data"]["output"][0]["content"] == "hi"
    keyless = {"name": "k", "provider": "openai", "model_identifier": "gpt-4o"}
    model = (await ada.post(MODELS, json=keyless)).json()
    assert "there is no key" in (await ada.get(f"{MODELS}/{model['id']}")).json()["warnings"][0]


@shows("ProviderKeyCheckBody.api_key", "ProviderKeyCheckBody.endpoint_url", "ProviderKeyCheckBody.provider")
async def test_a_key_is_tried_before_it_is_kept(platform: Platform) -> None:
    ada = await house.register(platform, "ada")

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


@shows("ModelBody.for_all")
async def test_global_models_are_for_all_and_changed_by_administrators(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    root, ada = await house.administrator(platform), await house.register(platform, "ada")
    body = {"name": "house", "provider": "openai-compatible", "model_identifier": "scripted"}
    body |= {"endpoint_url": endpoint.url, "for_all": True}
    assert (await ada.post(MODELS, json=body)).status_code == 404
    model = (await root.post(MODELS, json=body)).json()
    assert (await ada.get(f"{MODELS}?owner=global")).json()["models"][0]["id"] == model["id"]
    assert (await ada.put(f"{MODELS}/{model['id']}", json={"max_rpm": 1})).status_code == 404
    assert (await ada.delete(f"{MODELS}/{model['id']}")).status_code == 404
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "house"})).json()
    assert (await house.run(ada, agent["id"], "hello [[say=hi]]"))["result"] == "hi"
    stale = await root.put(f"{MODELS}/{model['id']}", json={"max_rpm": 1}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["error_code"]) == (412, "model_changed_meanwhile")


@shows("ModelBody.capabilities")
async def test_what_a_model_cannot_do_is_said_beforehand_and_when_it_is_asked(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="m", endpoint_url=endpoint.url, capabilities={"tools": False})
    view = (await ada.get(f"{MODELS}/{model['id']}?tools=true&streaming=true")).json()
    assert (view["warnings"], view["circuit"]) == (["it cannot call tools"], "closed")
    keyless = await ada.post(
        MODELS, json={"name": "k", "provider": "Anthropic", "model_identifier": "claude-3-5-haiku"}
    )
    details = (await ada.get(f"{MODELS}/{keyless.json()['id']}")).json()
    assert "there is no key for Anthropic" in details["warnings"][0]
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "m", "tools": ["calculator"]})).json()
    run = await house.run(ada, agent["id"], "compute")
    assert run["status"] == "failed" and "cannot call tools" in json.dumps(run)


@shows("ModelBody.provider")
async def test_the_catalogue_of_providers(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
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
    ada = await house.register(platform, "ada")
    await ada.post(KEYS, json={"provider": "openai", "api_key": SECRET})
    await house.keep(ada, name="m", provider="openai", api_key=SECRET)
    database = connected_to(fresh_database_url)
    await database.connect()
    for table in await database.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = await database.pool.fetch(f'SELECT t::text AS line FROM "{table["tablename"]}" t')
        text = "\n".join(row["line"] for row in rows)
        assert SECRET not in text and PASSWORD not in text, table["tablename"]
    both, only_new = SecretBox(KeyRing(["n" * 40, OLD])), SecretBox(KeyRing(["n" * 40]))
    assert await seal_anew(database, both) == (2, [])
    assert await seal_anew(database, both) == (0, [])
    written = "".join(capfd.readouterr())
    assert SECRET not in written and PASSWORD not in written
    row = await database.pool.fetchrow("SELECT id, key_encrypted FROM provider_keys")
    await database.close()
    assert row is not None and only_new.open(row["key_encrypted"], row=str(row["id"])) == SECRET


def _completion(_: Seen) -> Reply:
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
    return Reply(headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())
