"""Attacks on somebody else's registered tool, by name, from every place where a tool can be named."""

import json
from collections.abc import AsyncIterator
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
from tests.presentation.api.identity.test_every_route import AUTH
from tests.presentation.api.language_models.house import register, run, trace

NAME, MARK = "ledger_of_ada", "only-ada-may-read-this"
SOURCE = f"async def {NAME}(text: str) -> str:\n    return '{MARK}: ' + text"
OWN = f"async def {NAME}(text: str) -> str:\n    return 'bob: ' + text"
TOOL = {"name": NAME, "description": f"A ledger, {MARK}", "code": SOURCE, "tags": [MARK]}


@pytest_asyncio.fixture
async def platform(fresh_database_url: str) -> AsyncIterator[Platform]:
    """Everything, with sign-in required and a model that calls the tools it is told to."""
    async with ScriptedModel() as model:
        settings = Settings(
            auth=AuthSettings.model_validate(AUTH),
            secrets=SecretSettings.model_validate({"secret_key": "s" * 40}),
            database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
            models=ModelSettings.model_validate({"openai_api_key": "m", "openai_base_url": model.url}),
            outbound=OutboundSettings(allow="127.0.0.0/8"),
        )
        async with open_platform(settings) as platform:
            yield platform


@pytest_asyncio.fixture
async def ada(platform: Platform) -> httpx2.AsyncClient:
    """The owner of the tool."""
    ada = await register(platform, "ada")
    assert (await ada.post("/api/tools/register", json=TOOL)).status_code == 201
    return ada


@pytest_asyncio.fixture
async def bob(platform: Platform, ada: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Somebody else, who knows the tool's name."""
    return await register(platform, "bob")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"description": "Taken over"}),
        ("PUT", "", {"code": OWN}),
        ("PUT", "", {}),
        ("DELETE", "", None),
        ("PUT", "/status", {"disabled": True}),
        ("PUT", "/status", {"disabled": False}),
        ("GET", "/versions", None),
        ("GET", "/versions/1", None),
        ("POST", "/versions/1/restore", None),
    ],
)
async def test_no_route_of_the_tool_knows_it(
    ada: httpx2.AsyncClient, bob: httpx2.AsyncClient, method: str, path: str, body: Any
) -> None:
    answer = await bob.request(method, f"/api/v1/tools/{NAME}{path}", json=body)

    assert (answer.status_code, answer.json()["error_code"]) == (404, "tool_not_found")
    assert MARK not in answer.text
    untouched = (await ada.get(f"/api/tools/{NAME}")).json()
    assert (untouched["version"], untouched["source"], untouched["disabled"]) == (1, SOURCE, False)


async def test_it_is_in_no_list_and_cannot_be_called(bob: httpx2.AsyncClient) -> None:
    for path in ("/api/tools", f"/api/tools?search={MARK}", f"/api/tools?tag={MARK}", "/api/v1/agents/tools/available"):
        listed = await bob.get(path)
        assert listed.status_code == 200 and NAME not in listed.text and MARK not in listed.text
    called = await bob.post("/api/tools/execute", json={"name": NAME, "arguments": {"text": "x"}})
    assert (called.status_code, called.json()["error_code"]) == (404, "tool_not_found")


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [NAME]},
        {"tools": [NAME.upper()]},
        {"tools_config": [{"name": NAME, "type": NAME}]},
        {"tools_config": [{"name": "mine", "type": NAME}]},
        {"tools": ["calculator"], "requires_approval": [NAME]},
    ],
)
async def test_an_agent_cannot_be_given_it(bob: httpx2.AsyncClient, fields: dict[str, Any]) -> None:
    plain = (await bob.post("/api/agents", json={"name": "A"})).json()

    for answer in (
        await bob.post("/api/agents", json={"name": "B", **fields}),
        await bob.put(f"/api/agents/{plain['id']}", json=fields),
    ):
        assert answer.status_code == 422 and MARK not in answer.text, answer.text
    assert (await bob.get(f"/api/agents/{plain['id']}")).json()["version"] == 1


async def test_a_run_never_falls_through_to_it(ada: httpx2.AsyncClient, bob: httpx2.AsyncClient) -> None:
    """Bob has a tool of that name while he makes the agent, and none when it runs."""
    assert (await bob.post("/api/tools/register", json=TOOL | {"code": OWN})).status_code == 201
    agent = (await bob.post("/api/agents", json={"name": "B", "tools": [NAME, "calculator"]})).json()["id"]
    own = await run(bob, agent, f"ask [[tools=1]] [[tool={NAME}]]")
    assert "bob: " in json.dumps(await trace(bob, own["id"]))
    assert (await bob.delete(f"/api/tools/{NAME}?force=true")).status_code == 204

    gone = await run(bob, agent, f"ask [[tools=1]] [[tool={NAME}]]")

    assert (gone["status"], gone["error"]["code"]) == ("failed", "tool_not_found")
    assert MARK not in json.dumps([gone, await trace(bob, gone["id"])])
    assert (await bob.post(f"/api/agents/{agent}/clone", json={})).status_code == 422
    called = await ada.post("/api/tools/execute", json={"name": NAME, "arguments": {"text": "x"}})
    assert called.json()["result"] == f"{MARK}: x"


async def test_a_model_that_names_it_is_refused(bob: httpx2.AsyncClient) -> None:
    """A model may write any name into a call; only tools of the run's own agent are called."""
    agent = (await bob.post("/api/agents", json={"name": "B", "tools": ["calculator"]})).json()["id"]
    await bob.post("/api/tools/register", json=TOOL | {"code": OWN})

    done = await run(bob, agent, f"ask [[tools=1]] [[call={NAME}]]")

    ended = [event for event in await trace(bob, done["id"]) if event["type"] == "tool_end"]
    assert [event["error"]["code"] for event in ended] == ["tool_not_found"]
    assert "calculator" in ended[0]["error"]["message"] and MARK not in json.dumps(ended)


async def test_two_people_may_have_the_same_name_and_each_calls_the_own_one(
    ada: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    assert (await bob.post("/api/tools/register", json=TOOL | {"code": OWN})).status_code == 201
    body = {"name": NAME, "arguments": {"text": "x"}}
    for _ in range(2):
        results = [(await who.post("/api/tools/execute", json=body)).json()["result"] for who in (ada, bob)]
        assert results == [f"{MARK}: x", "bob: x"]
    assert (await bob.get(f"/api/tools/{NAME}/versions")).json()["total"] == 1


async def test_a_run_with_it_is_its_owners_alone(ada: httpx2.AsyncClient, bob: httpx2.AsyncClient) -> None:
    agent = (await ada.post("/api/agents", json={"name": "A", "tools": [NAME]})).json()["id"]
    done = await run(ada, agent, "ask [[tools=1]]")
    assert MARK in json.dumps(await trace(ada, done["id"]))

    at = f"/api/v1/executions/{done['id']}"
    for path in ("", "/events", "/stream", "/interrupts"):
        assert (await bob.get(at + path)).status_code == 404
    for method, path, body in (
        ("POST", "/api/executions", {"agent_id": agent, "query": "x"}),
        ("POST", f"/api/agents/{agent}/clone", {}),
        ("GET", f"/api/agents/{agent}", None),
        ("GET", f"/api/agents/{agent}/versions", None),
    ):
        answer = await bob.request(method, path, json=body)
        assert (answer.status_code, NAME in answer.text) == (404, False), (method, path, answer.text)
    assert (await bob.get(f"/api/agents?tool={NAME}")).json()["agents"] == []
    refused = await bob.post("/api/agents", json={"name": "B", "fallback_agent_id": agent})
    assert refused.status_code == 422 and NAME not in refused.text
