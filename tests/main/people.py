"""What a person does with the application, over its API."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any

import httpx2
import orjson
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from tests.presentation.api.watching import Watcher

OVER = ("completed", "failed", "cancelled", "timed_out")
Json = dict[str, Any]


class People:
    """A client of the application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000")

    async def __aenter__(self) -> "People":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    @property
    def app(self) -> FastAPI:
        """The application, for streams and sockets."""
        return self._app

    @property
    def client(self) -> httpx2.AsyncClient:
        """The HTTP client, for requests with headers of their own."""
        return self._http

    async def answer_of(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Send a request; return whatever is answered."""
        return await self._http.request(method, f"/api{path}", json=body)

    async def send(self, method: str, path: str, body: Any = None) -> Json:
        """Send a request that must succeed; return its JSON."""
        answer = await self.answer_of(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def health(self) -> Json:
        """Return the parts of `/health`."""
        return (await self._http.get("/health")).json()["parts"]

    async def metrics(self) -> dict[str, float]:
        """Return what `/metrics` says, by name; children of one metric added up."""
        found: dict[str, float] = {}
        for family in text_string_to_metric_families((await self._http.get("/metrics")).text):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    async def agent(self, *tools: str, **more: Any) -> str:
        """Make an agent; return its id."""
        return (await self.send("POST", "/agents", {"name": "Ada", "tools": list(tools), **more}))["id"]

    async def start(self, agent_id: str, query: str) -> str:
        """Start an execution; return its id."""
        body = {"agent_id": agent_id, "query": query, "mode": "async"}
        return (await self.send("POST", "/executions", body))["id"]

    async def until(self, id: str, holds: Callable[[Json], bool]) -> Json:
        """Return the execution once something holds of it."""
        async with asyncio.timeout(20):
            while not holds(execution := await self.send("GET", f"/executions/{id}")):
                await asyncio.sleep(0.02)
        return execution

    async def until_schedule(self, id: str, holds: Callable[[Json], bool]) -> Json:
        """Return the schedule once something holds of it."""
        async with asyncio.timeout(20):
            while not holds(schedule := await self.send("GET", f"/schedules/{id}")):
                await asyncio.sleep(0.02)
        return schedule

    async def until_agent(self, id: str, holds: Callable[[Json], bool]) -> Json:
        """Return the agent once something holds of it."""
        async with asyncio.timeout(20):
            while not holds(agent := await self.send("GET", f"/agents/{id}")):
                await asyncio.sleep(0.02)
        return agent

    async def waiting(self, id: str) -> list[Json]:
        """Return the open questions once the execution waits."""
        await self.until(id, lambda execution: execution["status"] == "waiting")
        asked = (await self.send("GET", f"/executions/{id}/interrupts"))["interrupts"]
        return [item for item in asked if item["answer"] is None]

    async def ended(self, id: str) -> Json:
        """Return the execution once it is over."""
        return await self.until(id, lambda execution: execution["status"] in OVER)

    async def answer(self, id: str, **answer: Any) -> Json:
        """Give every open question the same answer."""
        asked = await self.waiting(id)
        return await self.send("POST", f"/executions/{id}/resume", {"answers": {item["id"]: answer for item in asked}})

    async def again(self, id: str, how: str, body: Json | None = None) -> str:
        """Run an execution again; return the new one's id."""
        return (await self.send("POST", f"/executions/{id}/{how}", body))["id"]

    async def log(self, id: str) -> list[Json]:
        """Return the stored events, tokens left out."""
        page = await self.send("GET", f"/executions/{id}/events?limit=1000")
        return [event for event in page["events"] if event["type"] != "token"]

    def watch(self, id: str) -> Watcher:
        """Follow the stream from its beginning."""
        return Watcher(self._app, f"/api/v1/executions/{id}/stream")


def streamed(watcher: Watcher) -> list[Json]:
    """Return what has come, tokens left out."""
    events: list[Json] = [orjson.loads(event.data) for event in watcher.events]
    return [event for event in events if event["type"] != "token"]


def types(events: list[Json]) -> list[str]:
    """Return the types of the events."""
    return [event["type"] for event in events]
