"""What a user of the API does: make agents and tools, run, follow across servers, read back."""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.faults.processes import PATIENCE_S

OVER = ("completed", "failed", "cancelled", "timed_out")
LAST_TYPES = ("complete", "error", "cancelled")


class Client:
    """Talks to any of the servers; a refused or cut request is repeated at the next one when it is safe to."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = list(urls)
        self._http = httpx2.AsyncClient(timeout=30, limits=httpx2.Limits(max_connections=500))

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def send(self, method: str, path: str, body: Any = None, *, at: int = 0, **headers: str) -> httpx2.Response:
        """Send one request to one server; return whatever it answers."""
        return await self._http.request(method, self.urls[at] + path, json=body, headers=headers)

    async def ask(self, method: str, path: str, body: Any = None, *, at: int = 0) -> Any:
        """Send one request that must succeed; return its JSON."""
        answer = await self.send(method, path, body, at=at)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    async def agent(self, *tools: str, **more: Any) -> str:
        """Make an agent; return its id."""
        body = {"name": f"Agent {next(_NUMBERS)}", "tools": list(tools), **more}
        return (await self.ask("POST", "/api/agents", body))["id"]

    async def tool(self, name: str, code: str, **policy: Any) -> None:
        """Register a tool."""
        body = {"name": name, "description": f"The tool {name}", "code": code, **policy}
        await self.ask("POST", "/api/tools/register", body)

    async def start(self, agent_id: str, query: str, *, at: int = 0, **more: Any) -> str:
        """Start an execution; return its id."""
        body = {"agent_id": agent_id, "query": query, "mode": "async", **more}
        return (await self.ask("POST", "/api/executions", body, at=at))["id"]

    async def start_many(self, agent_id: str, queries: Iterable[str], **more: Any) -> list[str]:
        """Start executions, sixteen requests at once; return their ids in order."""
        gate = asyncio.Semaphore(16)

        async def one(query: str) -> str:
            async with gate:
                return await self.start(agent_id, query, **more)

        return await asyncio.gather(*(one(query) for query in queries))

    async def get(self, execution_id: str, *, at: int = 0) -> dict[str, Any]:
        """Return an execution."""
        return await self.ask("GET", f"/api/v1/executions/{execution_id}", at=at)

    async def events(self, execution_id: str, *, at: int = 0) -> list[dict[str, Any]]:
        """Return the whole stored trace."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            path = f"/api/v1/executions/{execution_id}/events?after={after}"
            page = (await self.ask("GET", path, at=at))["events"]
            if not page:
                return found
            found += page

    async def ended(self, execution_id: str, *, at: int = 0) -> dict[str, Any]:
        """Return the execution once it is over."""
        return await self.until(execution_id, lambda run: run["status"] in OVER, at=at)

    async def until(self, execution_id: str, holds: Callable[[dict[str, Any]], bool], *, at: int = 0) -> dict[str, Any]:
        """Return the execution once something holds of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.send("GET", f"/api/v1/executions/{execution_id}", at=at)
                if answer.is_success and holds(answer.json()):
                    return answer.json()
                await asyncio.sleep(0.1)

    def follow(self, execution_id: str, *, at: int = 0) -> "Follower":
        """Begin to follow an execution at one of the servers."""
        return Follower(self._http, self.urls, execution_id, at)


@dataclass
class Follower:
    """Reads a stream to its end; comes back to the next server with its last id whenever it is cut off."""

    http: httpx2.AsyncClient
    urls: list[str]
    execution_id: str
    at: int
    seen: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    cuts: int = 0
    refusals: list[int] = field(default_factory=list[int])

    @property
    def seqs(self) -> list[int]:
        """The seq of each event that came, in the order of arrival."""
        return [event["seq"] for event in self.seen]

    async def read(self) -> "Follower":
        """Follow until the last event has come."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.seen or self.seen[-1]["type"] not in LAST_TYPES:
                try:
                    await self._connection()
                except httpx2.HTTPError:
                    self.cuts += 1
                    await asyncio.sleep(0.1)
                self.at = (self.at + 1) % len(self.urls)
        return self

    async def _connection(self) -> None:
        last = f"{self.execution_id}:{self.seen[-1]['seq']}" if self.seen else ""
        url = f"{self.urls[self.at]}/api/v1/executions/{self.execution_id}/stream"
        async with self.http.stream("GET", url, headers={"Last-Event-ID": last}, timeout=30) as answer:
            if answer.status_code != 200:
                self.refusals.append(answer.status_code)
                await asyncio.sleep(0.2)
                return
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    self.seen.append(json.loads(line[6:]))


_NUMBERS = itertools.count(1)
