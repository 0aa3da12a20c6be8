"""What other people's endpoints may do to us: how long `/ready` waits meanwhile, what reading costs, lane by lane."""

import http.client
import json
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.load import Server
from benchmarks.measurements import Row
from benchmarks.odd_model import argument_events, text_events
from benchmarks.processes import ServerProcess, dynagent_server, odd_model_server
from dynagent.core.language_models import ChatMessage, ModelRequest, ToolSpec
from dynagent.infrastructure.llm.completions.response import ResponseReader

LANES = ("wire", "langchain")
MANNERS = {
    "argument": "an argument of 2 MB in 8 pieces",
    "rows": "an argument of 2 MB, of 50,000 objects",
    "fragments": "an argument of 2 MB in 10,000 pieces",
    "delta": "a delta of 100 MB",
    "bytes": "one byte a second",
}
ROUNDS = 5
_READ = 64 * 1024
_EVERY_S = 0.005
_PATIENCE_S = 180

MakeAgent = Callable[[str], str]
Place = Callable[[], AbstractContextManager[str]]
Load = Callable[[ServerProcess, Server], Row]
"""Has a server do the usual work, and returns the row of it."""


def measure_endpoints_of(model_url: str, place: Place, make_agent: MakeAgent, load: Load) -> dict[str, float]:
    """Return `/ready`'s longest wait in ms by manner and lane, the cost of big replies, CPU by lane in ms."""
    found = reading_costs()
    for lane in LANES:
        found |= _waits(lane, place, make_agent)
    for lane in LANES:
        with place() as data_dir, dynagent_server(model_url, Path(data_dir), MODEL_LANE=lane) as process:
            row = load(process, Server(process.url, make_agent(process.url)))
            found[f"CPU of an execution, {lane} lane, 20 at once (ms)"] = row.server_cpu
    wire, langchain = (found[f"CPU of an execution, {lane} lane, 20 at once (ms)"] for lane in LANES)
    return found | {"CPU of an execution, langchain lane against wire": langchain / wire}


def reading_costs() -> dict[str, float]:
    """Return what reading a reply of 2 MB costs, as a multiple of what `orjson.loads` of its events costs."""
    streams = {
        "text in 8 pieces": text_events(8),
        "text in 10,000 pieces": text_events(10_000),
        "an argument in 8 pieces": argument_events(8),
        "an argument in 10,000 pieces": argument_events(10_000),
    }
    found: dict[str, float] = {}
    for name, events in streams.items():
        body = b"".join(events)
        ratios = [_cpu_s(_read, body) / _cpu_s(_parse, events) for _ in range(ROUNDS)]
        found[f"reading 2 MB, {name}: times orjson.loads of its bytes"] = statistics.median(ratios)
    return found


def _waits(lane: str, place: Place, make_agent: MakeAgent) -> dict[str, float]:
    found: dict[str, float] = {}
    with (
        odd_model_server() as url,
        place() as data_dir,
        dynagent_server(url, Path(data_dir), MODEL_LANE=lane) as process,
    ):
        server = Server(process.url, make_agent(process.url))
        _run(server, "warm up")
        for manner, words in {"": "at rest", **MANNERS}.items():
            with Asking(server) as asking:
                began = time.perf_counter()
                ending = _run(server, f"[[{manner}]]" if manner else "hello")
                seconds = time.perf_counter() - began
            name = f"{words}, {lane} lane"
            found[f"{name}: /ready waits at most (ms)"] = asking.longest_s * 1000
            print(f"{name}: {ending} in {seconds:.1f} s, {asking.asked} times asked", flush=True)
    return found


def _run(server: Server, query: str) -> str:
    """Run to the end without following: the stream would hold a call of 2 MB. Returns the status."""
    asked = {"agent_id": server.agent_id, "query": query, "mode": "async"}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.url}/api/executions", json.dumps(asked).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        place = f"{server.url}/api/executions/{json.load(answer)['id']}"
    deadline, status = time.monotonic() + _PATIENCE_S, ""
    while time.monotonic() < deadline:
        with urllib.request.urlopen(place, timeout=60) as answer:
            status = str(json.load(answer)["status"])
        if status in ("completed", "failed", "timed_out"):
            return status
        time.sleep(0.1)
    raise RuntimeError(f"{query} is {status} after {_PATIENCE_S} s")


class Asking:
    """Asks `/ready` again and again in a thread until the block ends; `longest_s` is what it waited for an answer."""

    def __init__(self, server: Server) -> None:
        self.longest_s = 0.0
        self.asked = 0
        self._address = server.address
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="asking-ready")

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        while not self._ended.wait(_EVERY_S):
            began = time.perf_counter()
            connection.request("GET", "/ready")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"/ready answered {answer.status}")
            self.longest_s = max(self.longest_s, time.perf_counter() - began)
            self.asked += 1
        connection.close()


def _read(body: bytes) -> None:
    tools = tuple(ToolSpec(name=name, description="", parameters={"type": "object"}) for name in ("chatbot",))
    request = ModelRequest(messages=(ChatMessage(role="user", content="hello"),), tools=tools)
    reader = ResponseReader(request, lambda _: None)
    reader.on_head(200, {"content-type": "text/event-stream"})
    for at in range(0, len(body), _READ):
        reader.on_body(body[at : at + _READ])
    reader.reply("m")


def _parse(events: list[bytes]) -> None:
    for event in events:
        if event.startswith(b"data: {"):
            orjson.loads(event[6:])


def _cpu_s(work: Callable[[Any], None], given: Any) -> float:
    began = time.process_time()
    work(given)
    return time.process_time() - began


if __name__ == "__main__":
    for title, times in reading_costs().items():
        print(f"{title}: {times:.1f}")
