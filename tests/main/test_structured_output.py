"""Structured output over the API, whole: agent's schema, request's schema, endpoints that take none, what is kept."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.factory import Lane, ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.main import Settings, open_platform
from tests.fakes.http_server import Reply, Seen, StubServer, stub_server
from tests.main.people import People

SCHEMA = {
    "type": "object",
    "properties": {"category": {"enum": ["math", "history", "science"]}, "confidence": {"type": "number"}},
    "required": ["category", "confidence"],
}
VALUE = {"category": "math", "confidence": 0.9}


class Endpoint:
    """A model that says what it is given, in turn; with `takes_schema` false it refuses requests with one."""

    def __init__(self, *says: str, takes_schema: bool = True) -> None:
        self.says = list(says)
        self.takes_schema = takes_schema
        self.sent: list[dict[str, Any]] = []

    def __call__(self, seen: Seen) -> Reply:
        """Answer a completion."""
        body = json.loads(seen.body)
        self.sent.append(body)
        if not self.takes_schema and "response_format" in body:
            told = {
                "error": {"message": "This response_format type is unavailable now", "type": "invalid_request_error"}
            }
            return Reply(400, {"Content-Type": "application/json"}, json.dumps(told).encode())
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        chunks: list[dict[str, Any]] = [{"delta": {"content": said}, "index": 0, "finish_reason": None}]
        chunks.append({"delta": {}, "index": 0, "finish_reason": "stop"})
        events = [
            json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-1", "choices": [c]})
            for c in chunks
        ]
        text = "".join(f"data: {item}\n\n" for item in [*events, "[DONE]"])
        return Reply(headers={"Content-Type": "text/event-stream"}, body=text.encode())


@pytest.fixture
def endpoint() -> Endpoint:
    """What the tests script."""
    return Endpoint(json.dumps(VALUE))


@pytest_asyncio.fixture(params=["wire", "langchain"])
async def people(request: pytest.FixtureRequest, fresh_database_url: str, endpoint: Endpoint) -> AsyncIterator[People]:
    """Somebody who uses the application, over either lane."""
    lane: Lane = request.param
    async with (
        stub_server(endpoint) as server,
        open_platform(_settings(fresh_database_url, server, lane)) as platform,
        People(platform.app) as people,
    ):
        yield people
        platform.begin_shutdown()


def _settings(url: str, server: StubServer, lane: Lane) -> Settings:
    return Settings(
        database=DatabaseSettings.model_validate({"database_url": url}),
        log=LogSettings.model_validate({"log_level": "ERROR"}),
        models=ModelSettings.model_validate(
            {"openai_base_url": f"{server.url}/v1", "openai_api_key": "k", "model_lane": lane}
        ),
        outbound=OutboundSettings(allow="127.0.0.0/8"),
    )


async def test_an_agents_answers_are_json_that_fits(people: People, endpoint: Endpoint) -> None:
    agent = await people.agent(output_schema=SCHEMA)

    done = await people.send("POST", "/executions", {"agent_id": agent, "query": "Which?"})

    assert (done["status"], done["output"], json.loads(done["result"])) == ("completed", VALUE, VALUE)
    assert endpoint.sent[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert (await people.send("GET", f"/executions/{done['id']}"))["output"] == VALUE
    again = await people.send("POST", f"/executions/{done['id']}/replay")
    assert (await people.until(again["id"], lambda run: run["status"] == "completed"))["output"] == VALUE
    assert (await people.send("GET", f"/agents/{agent}"))["output_schema"] == SCHEMA


async def test_what_was_really_sent_can_be_seen(people: People, endpoint: Endpoint) -> None:
    endpoint.takes_schema = False
    agent = await people.agent(output_schema=SCHEMA)

    done = await people.send("POST", "/executions", {"agent_id": agent, "query": "Which one, k-word?"})

    (listed,) = (await people.send("GET", f"/executions/{done['id']}/model-calls"))["model_calls"]
    call = await people.send("GET", f"/executions/{done['id']}/model-calls/{listed['number']}")
    sent = endpoint.sent[-1]
    assert (call["messages"], call["model"]) == (sent["messages"], sent["model"])
    assert call["parameters"] == {name: sent[name] for name in sent if name not in ("messages", "model", "tools")}
    assert (call["tries"], call["left_out"], call["complete"]) == (2, ["output_schema"], True)
    assert done["marks"] == []


async def test_a_request_brings_its_own_schema(people: People, endpoint: Endpoint) -> None:
    endpoint.says = ["Here you are:\n```json\n[1, 2]\n```"]
    agent, plain = await people.agent(output_schema=SCHEMA), await people.agent()
    schema = {"type": "array", "items": {"type": "integer"}}

    for id in (agent, plain):
        done = await people.send("POST", f"/agents/{id}/run", {"input": "Count.", "output_schema": schema})
        assert (done["output"], done["result"]) == ([1, 2], "[1, 2]")
    bare = await people.send("POST", f"/agents/{plain}/run", {"input": "Count."})
    assert (bare["output"], bare["result"]) == (None, "Here you are:\n```json\n[1, 2]\n```")
    assert "response_format" not in endpoint.sent[-1]


async def test_an_endpoint_that_takes_no_schema_is_parsed_and_remembered(people: People, endpoint: Endpoint) -> None:
    endpoint.takes_schema, endpoint.says = False, [f"I would say {json.dumps(VALUE)}."]
    agent = await people.agent(output_schema=SCHEMA)

    for _ in range(2):
        done = await people.send("POST", "/executions", {"agent_id": agent, "query": "Which?"})
        assert done["output"] == VALUE
    assert ["response_format" in body for body in endpoint.sent] == [True, False, False]
    assert json.dumps(SCHEMA) in endpoint.sent[-1]["messages"][0]["content"]


async def test_what_never_fits_fails_with_every_misfit(people: People, endpoint: Endpoint) -> None:
    endpoint.says = ['{"category": "art"}']
    agent = await people.agent(output_schema=SCHEMA)

    done = await people.send("POST", "/executions", {"agent_id": agent, "query": "Which?"})

    assert (done["status"], done["error"]["code"], done["output"]) == ("failed", "output_invalid", None)
    assert "/category" in done["error"]["message"] and "/confidence" in done["error"]["message"]
    events = (await people.send("GET", f"/executions/{done['id']}/events?limit=500"))["events"]
    repairs = [event for event in events if event["type"] == "retry" and event["what"] == "output"]
    assert [event["try_number"] for event in repairs] == [2, 3] and len(endpoint.sent) == 3


async def test_what_is_no_schema_is_refused_at_once(people: People) -> None:
    agent = await people.agent()
    for schema in ({"type": "oddity"}, {"$ref": "https://example.org/schema.json"}, {"pattern": "("}):
        for method, path, body in (
            ("POST", "/agents", {"name": "A"}),
            ("PUT", f"/agents/{agent}", {}),
            ("POST", "/executions", {"agent_id": agent, "query": "x"}),
            ("POST", f"/agents/{agent}/run", {"input": "x"}),
        ):
            refused = await people.answer_of(method, path, body | {"output_schema": schema})
            assert refused.status_code == 422, (schema, path, refused.text)
            assert [item["pointer"].lstrip("#") for item in refused.json()["errors"]] == ["/output_schema"]
