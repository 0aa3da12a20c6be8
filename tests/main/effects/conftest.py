"""One application for a whole module, and a model that does what a test says and keeps what it was sent."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.main import Settings, open_platform
from dynagent.presentation.worker.settings import WorkerSettings
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.main.people import Json, People

Says = str | Mapping[str, Any] | Reply
"""A text, a call (`{"tool": …, "arguments": …}`), or what goes over the wire."""


class ScriptedEndpoint:
    """Answers in turn, the last answer for ever; `sent` are the bodies of the requests since the last script."""

    def __init__(self) -> None:
        self.sent: list[Json] = []
        self._says: Callable[[Json], Says] = lambda _: "Done."

    def script(self, *says: Says) -> None:
        """Answer with these."""
        left = list(says)
        self.answer_with(lambda _: left.pop(0) if len(left) > 1 else left[0])

    def answer_with(self, says: Callable[[Json], Says]) -> None:
        """Answer as a function of the request says."""
        self.sent, self._says = [], says

    def __call__(self, seen: Seen) -> Reply:
        """Answer a completion."""
        body: Json = json.loads(seen.body)
        self.sent.append(body)
        said = self._says(body)
        return said if isinstance(said, Reply) else _completion(said)

    def system(self, at: int = -1) -> str:
        """Return the system text of a request."""
        first = self.sent[at]["messages"][0]
        return str(first["content"]) if first["role"] == "system" else ""

    def texts(self, at: int = -1) -> list[str]:
        """Return the texts of a request's other messages."""
        return [message["content"] for message in self.sent[at]["messages"] if message["role"] != "system"]


@dataclass(frozen=True)
class World:
    """The application, somebody who uses it, and its model."""

    people: People
    model: ScriptedEndpoint
    url: str
    database_url: str

    async def run(self, agent: str, query: str = "Go.", **more: Any) -> Json:
        """Run an agent to its end."""
        return await self.people.send("POST", "/executions", {"agent_id": agent, "query": query, **more})

    async def run_new(self, **fields: Any) -> Json:
        """Run a new agent with these fields to its end."""
        return await self.run(await self.people.agent(*fields.pop("tools", ()), **fields))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(database_url: str) -> AsyncIterator[World]:
    """The application of a module's tests."""
    endpoint = ScriptedEndpoint()
    async with stub_server(endpoint) as server:
        settings = Settings(
            database=DatabaseSettings.model_validate({"database_url": database_url}),
            log=LogSettings.model_validate({"log_level": "ERROR"}),
            models=ModelSettings.model_validate(
                {"openai_base_url": f"{server.url}/v1", "openai_api_key": "k", "model_lane": "wire"}
            ),
            outbound=OutboundSettings(allow="127.0.0.0/8"),
            worker=WorkerSettings(batch_concurrency=1),
        )
        async with open_platform(settings) as platform, People(platform.app) as people:
            yield World(people, endpoint, f"{server.url}/v1", database_url)
            platform.begin_shutdown()


@pytest_asyncio.fixture(loop_scope="module")
async def world(shared: World) -> World:
    """The same, with a model that answers "Done."."""
    shared.model.script("Done.")
    return shared


def _completion(said: str | Mapping[str, Any]) -> Reply:
    if isinstance(said, str):
        delta: Json = {"content": said}
    else:
        function = {"name": said["tool"], "arguments": json.dumps(said["arguments"])}
        delta = {"tool_calls": [{"index": 0, "id": "call", "type": "function", "function": function}]}
    finish = "stop" if isinstance(said, str) else "tool_calls"
    choices = [{"delta": delta, "index": 0, "finish_reason": None}, {"delta": {}, "index": 0, "finish_reason": finish}]
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-1"}
    lines = [*(json.dumps({**head, "choices": [choice]}) for choice in choices), "[DONE]"]
    text = "".join(f"data: {line}\n\n" for line in lines)
    return Reply(headers={"Content-Type": "text/event-stream"}, body=text.encode())
