"""`dynagent demo`: an agent with two tools answers a question, and every step is printed as it happens."""

import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dynagent.cli.failures import CannotStart, run

QUESTION = "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence."
AGENT: dict[str, Any] = {
    "name": "Demo Agent",
    "description": "Calculates and explains; made by dynagent demo.",
    "tools": ["calculator", "chatbot"],
}


def run_demo(*, url: str | None, query: str | None) -> int:
    """Run the demonstration against a server, or one started for it; return the exit code."""

    async def main() -> int:
        async with _server(url) as base:
            ending = await _demonstrate(base, query or QUESTION)
            if url is None:
                _announce(f"dynagent serve, then watch it again: /api/executions/{ending['execution_id']}/stream")
            else:
                _announce(f"watch it again: curl -N {base}/api/executions/{ending['execution_id']}/stream")
        return 0 if ending["type"] == "complete" else 1

    return run(main)


@asynccontextmanager
async def _server(url: str | None) -> AsyncGenerator[str]:
    if url is not None:
        yield url.rstrip("/")
        return
    from dynagent.cli.listening import take_address, url_of
    from dynagent.cli.server import serving

    listener = take_address("127.0.0.1", 0)
    async with serving(listener, announce=_announce, stop_timeout_s=1, settings=_quiet()):
        yield url_of(listener)


def _quiet() -> Any:
    from dynagent.infrastructure.observability.logging import LogSettings
    from dynagent.main import Settings

    # The trace is what is to be seen here; with LOG_LEVEL set, the log as well.
    log = LogSettings()
    return Settings(log=log if "log_level" in log.model_fields_set else LogSettings(log_level="WARNING"))


async def _demonstrate(base: str, question: str) -> dict[str, Any]:
    """Ask the agent and print; return the terminal event, with the execution's id."""
    import httpx2

    timeout = httpx2.Timeout(10.0, read=120.0)
    # No proxy of the environment may come between us and a server on this machine.
    async with httpx2.AsyncClient(base_url=base, timeout=timeout, trust_env=False) as client:
        try:
            agent = await _agent(client)
            _announce(f"{agent['name']} ({', '.join(agent['tools'])}) is asked: {question}")
            print(flush=True)
            return await _watch(client, agent["id"], question)
        except httpx2.HTTPError as error:
            raise CannotStart(f"no answer from {base} ({error or type(error).__name__}): is the server up?") from error


async def _agent(client: Any) -> dict[str, Any]:
    """Return the agent of this name that has these tools, made where there is none."""
    listed = await client.get("/api/agents", params={"search": AGENT["name"], "limit": 100})
    _check(listed)
    for agent in listed.json()["agents"]:
        if agent["name"] == AGENT["name"] and agent["tools"] == AGENT["tools"]:
            return agent
    made = await client.post("/api/agents", json=AGENT)
    _check(made)
    return made.json()


async def _watch(client: Any, agent_id: str, question: str) -> dict[str, Any]:
    execution_id = ""
    answer = _Answer()
    async with client.stream("GET", f"/api/stream/{agent_id}", params={"query": question}) as response:
        if response.status_code != 200:
            await response.aread()
            _check(response)
        async for event in _events(response):
            execution_id = event.get("execution_id", execution_id)
            answer.show(event)
    if answer.ending is None:
        raise CannotStart("the stream ended before the execution did")
    print()
    _announce(_closing(answer.ending))
    return answer.ending | {"execution_id": execution_id}


class _Answer:
    """Prints events for people: calls and results as lines, the final message's text as it streams."""

    def __init__(self) -> None:
        self.ending: dict[str, Any] | None = None
        self._streamed: set[str] = set()
        self._mid_line = False

    def show(self, event: dict[str, Any]) -> None:
        """Print what there is to print of an event."""
        kind = event["type"]
        if kind in ("tool_start", "tool_end"):
            self._line(event["line"])
        elif kind == "token":
            self._streamed.add(event["message_id"])
            self._write(event["content"])
        elif kind == "message" and event["final"] and event["message_id"] not in self._streamed:
            self._line(event["content"])
        elif kind == "retry":
            self._line(f"↻ {event['reason']}")
        elif kind == "interrupt":
            self._line(f"‖ {event['reason']}")
        elif kind in ("complete", "error", "cancelled"):
            self._end_line()
            self.ending = event

    def _line(self, text: str) -> None:
        self._end_line()
        print(text, flush=True)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
        self._mid_line = not text.endswith("\n")

    def _end_line(self) -> None:
        if self._mid_line:
            print(flush=True)
            self._mid_line = False


async def _events(response: Any) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))


def _closing(event: dict[str, Any]) -> str:
    if event["type"] == "complete":
        tokens = event["input_tokens"] + event["output_tokens"]
        cost = f", {event['cost_usd']} USD" if float(event["cost_usd"] or 0) else ""
        return f"complete in {event['duration_ms']:.0f} ms by the model {event['model']} ({tokens} tokens{cost})"
    if event["type"] == "error":
        return f"failed: {event['message']} ({event['error_code']})"
    return f"cancelled: {event['reason']}"


def _check(response: Any) -> None:
    if response.status_code >= 400:
        try:
            detail = response.json().get("detail") or response.text
        except ValueError:
            detail = response.text
        raise CannotStart(f"the server answered {response.status_code} to {response.request.url.path}: {detail[:300]}")


def _announce(line: str) -> None:
    print(f"dynagent: {line}", flush=True)
