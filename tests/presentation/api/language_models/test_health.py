"""How models do: tried on saving and by hand, refused parts on the card, private addresses allowed by one act."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.language_models import house
from tests.presentation.api.language_models.house import MODELS, OLD
from tests.shows import shows

LISTED = {"data": [{"id": "scripted", "max_model_len": 5000}]}


SENT: list[dict[str, Any]] = []


def answering(request: Seen) -> Reply:
    """Refuse `temperature`, answer everything else, list one model."""
    if request.body:
        SENT.append(json.loads(request.body))
    else:
        return Reply(body=json.dumps(LISTED).encode())
    if "temperature" in json.loads(request.body):
        told = {"error": {"message": "`temperature` is deprecated for this model.", "param": None}}
        return Reply(status=400, body=json.dumps(told).encode())
    message = {"role": "assistant", "content": "marmalade"}
    return Reply(body=json.dumps({"choices": [{"index": 0, "message": message}]}).encode())


async def soon(look: Callable[[], Awaitable[Any]]) -> Any:
    """Return what a look gives once it gives something."""
    for _ in range(500):
        if found := await look():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def details(client: httpx2.AsyncClient, model: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"{MODELS}/{model['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_card_shows_health_what_is_refused_and_forgets_it(platform: Platform) -> None:
    ada, eve = await house.register(platform, "ada"), await house.register(platform, "eve")
    async with stub_server(answering) as server:
        url = f"http://127.0.0.1:{server.port}/v1"
        model = await house.keep(ada, name="m", endpoint_url=url, config_params_json={"temperature": 1.5})

        async def looked_at() -> bool:
            return (await details(ada, model))["health"]["state"] == "answering"

        await soon(looked_at)
        assert (await details(ada, model))["capabilities"]["context_window"] == 5000, "the endpoint's list says so"
        agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
        assert (await house.run(ada, agent["id"], "hello"))["status"] == "completed"
        health = (await details(ada, model))["health"]
        assert [one["part"] for one in health["refused"]] == ["temperature"] and health["refused"][0]["until"]
        assert (await eve.delete(f"{MODELS}/{model['id']}/refused")).status_code == 404
        assert (await ada.delete(f"{MODELS}/{model['id']}/refused")).status_code == 204
        assert (await details(ada, model))["health"]["refused"] == []
        SENT.clear()
        await house.run(ada, agent["id"], "hello")
        assert "temperature" in SENT[0], "asked in full again"
        moved = await ada.put(f"{MODELS}/{model['id']}", json={"model_identifier": "other"})
        assert moved.status_code == 200
        assert (await details(ada, model))["health"]["refused"] == [], "another model, another health"


@pytest_asyncio.fixture(params=["wire", "langchain"])
async def installed(request: pytest.FixtureRequest, fresh_database_url: str):
    """Everything, with sign-in required and the refusing endpoint as the server's own."""
    async with stub_server(answering) as server:
        settings = Settings(
            auth=AuthSettings.model_validate({"auth_mode": "required", "registration": "open"}),
            secrets=SecretSettings.model_validate({"secret_key": OLD}),
            database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
            models=ModelSettings.model_validate(
                {"openai_base_url": f"{server.url}/v1", "openai_api_key": "sk-installed", "model_lane": request.param}
            ),
        )
        async with open_platform(settings) as platform:
            yield platform


async def test_an_administrator_has_the_servers_own_endpoint_asked_in_full_again(installed: Platform) -> None:
    root, ada = await house.administrator(installed), await house.register(installed, "ada")
    agent = (await ada.post("/api/agents", json={"name": "A"})).json()
    await house.run(ada, agent["id"], "hello")
    card = (await ada.get(f"{MODELS}/installed")).json()
    assert (card["model"], [one["part"] for one in card["refused"]]) == ("gpt-4o-mini", ["temperature"])
    SENT.clear()
    await house.run(ada, agent["id"], "hello")
    assert ["temperature" in sent for sent in SENT] == [False], "what was refused is left out"
    assert (await ada.delete(f"{MODELS}/installed/refused")).status_code == 403
    assert (await root.delete(f"{MODELS}/installed/refused")).status_code == 204
    assert (await ada.get(f"{MODELS}/installed")).json()["refused"] == []
    SENT.clear()
    await house.run(ada, agent["id"], "hello")
    assert ["temperature" in sent for sent in SENT] == [True, False], "asked in full again, and learned anew"


async def test_a_model_that_is_not_there_says_so_on_its_card(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="gone", endpoint_url="http://127.0.0.1:9/v1")

    async def failing() -> bool:
        return (await details(ada, model))["health"]["state"] == "failing"

    await soon(failing)
    health = (await details(ada, model))["health"]
    assert health["error_code"] == "model_unavailable" and "cannot be reached" in health["error"]


async def test_a_trial_streams_its_results_and_fills_the_capabilities(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada, eve = await house.register(platform, "ada"), await house.register(platform, "eve")
    model = await house.keep(ada, name="m", endpoint_url=endpoint.url)
    assert (await eve.post(f"{MODELS}/{model['id']}/try")).status_code == 404
    answer = await ada.post(f"{MODELS}/{model['id']}/try")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    names = [next(line[7:] for line in lines if line.startswith("event: ")) for lines in events]
    tried = [json.loads(lines[-1][6:]) for lines in events]
    assert names == ["tried"] * 7 + ["done"]
    assert {item["name"] for item in tried[:-1]} == {
        *("stream", "tools", "parallel_tools", "structured_output", "long_input", "usage", "reasoning")
    }
    assert tried[-1]["model"]["health"]["trial"] == tried[:-1]
    assert tried[-1]["model"]["capabilities"]["structured_output"] is False
    fit = await ada.get(f"{MODELS}/fit", params={"model": "m", "structured_output": True, "reasoning": True})
    assert len(fit.json()["warnings"]) == 2, fit.text
    whole = await ada.post(f"{MODELS}/{model['id']}/try", headers={"Accept": "application/json"})
    assert len(whole.json()["results"]) == 7


async def test_a_trial_ends_without_a_last_word_when_the_server_stops(
    platform: Platform, endpoint: ScriptedModel
) -> None:
    ada = await house.register(platform, "ada")
    model = await house.keep(ada, name="m", endpoint_url=endpoint.url)
    platform.shutdown.begin()
    answer = await ada.post(f"{MODELS}/{model['id']}/try")
    assert answer.status_code == 200 and "event: done" not in answer.text


@pytest_asyncio.fixture
async def strict(fresh_database_url: str):
    """Everything, with sign-in required and no private address allowed."""
    settings = Settings(
        auth=AuthSettings.model_validate({"auth_mode": "required", "registration": "open"}),
        secrets=SecretSettings.model_validate({"secret_key": OLD}),
        database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
        outbound=OutboundSettings(allow=""),
    )
    async with open_platform(settings) as platform:
        yield platform


@shows("AddressBody.endpoint_url")
async def test_a_private_address_is_allowed_by_one_act_of_an_administrator(
    strict: Platform, endpoint: ScriptedModel
) -> None:
    root, ada = await house.administrator(strict), await house.register(strict, "ada")
    model = await house.keep(ada, name="local", endpoint_url=endpoint.url)
    shown = await details(ada, model)
    assert "not a public address" in shown["obstacle"] and shown["obstacle"] in shown["warnings"]
    advice = (await ada.post(f"{MODELS}/choice", json={"task": "hi"})).json()
    assert [one["model"] for one in advice["passed_over"]] == ["local"]
    agent = (await ada.post("/api/agents", json={"name": "A", "model": "local"})).json()
    auto = (await ada.post("/api/agents", json={"name": "B", "model": "auto"})).json()
    assert (await house.run(ada, agent["id"], "hello"))["error"]["code"] == "model_refused"
    assert (await house.run(ada, auto["id"], "hello"))["status"] == "completed", "passed over, the demo answers"
    assert (await ada.post(f"{MODELS}/addresses", json={"endpoint_url": endpoint.url})).status_code == 403
    never = await root.post(f"{MODELS}/addresses", json={"endpoint_url": "http://169.254.169.254/v1"})
    assert (never.status_code, never.json()["errors"][0]["pointer"]) == (422, "/endpoint_url")
    allowed = await root.post(f"{MODELS}/addresses", json={"endpoint_url": endpoint.url})
    assert allowed.status_code == 201, allowed.text
    run = await house.run(ada, agent["id"], "hello [[say=hi]]")
    assert (run["status"], run["result"]) == ("completed", "hi"), run
    assert (await details(ada, model))["obstacle"] == ""
    host, port = allowed.json()["host"], allowed.json()["port"]
    assert (await root.get(f"{MODELS}/addresses")).json()["addresses"][0]["port"] == port

    async def told() -> bool:
        lines = (await root.get("/api/v1/audit-log")).json()
        return "model_address.allowed" in json.dumps(lines)

    await soon(told)
    assert (await root.delete(f"{MODELS}/addresses/{host}/{port}")).status_code == 204
    assert (await root.delete(f"{MODELS}/addresses/{host}/{port}")).status_code == 404
    assert (await house.run(ada, agent["id"], "hello"))["error"]["code"] == "model_refused"


async def test_in_local_mode_a_model_on_this_machine_works_at_once(
    fresh_database_url: str, endpoint: ScriptedModel
) -> None:
    settings = Settings(
        auth=AuthSettings.model_validate({"auth_mode": "local"}),
        secrets=SecretSettings.model_validate({"secret_key": OLD}),
        database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
    )
    async with open_platform(settings) as platform:
        transport = httpx2.ASGITransport(app=platform.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=60) as client:
            model = await house.keep(client, name="lm", endpoint_url=endpoint.url)
            assert (await details(client, model))["obstacle"] == ""
            agent = (await client.post("/api/agents", json={"name": "A", "model": "lm"})).json()
            assert (await house.run(client, agent["id"], "hello [[say=hi]]"))["result"] == "hi"
            installed = (await client.get(f"{MODELS}/installed")).json()
            assert (installed["model"], installed["refused"]) == ("demo", [])
