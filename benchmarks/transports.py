"""CPU of the client per streamed model call: our HTTP transport, aiohttp under the same reader, and ChatOpenAI.

`python -m benchmarks.transports --aiohttp DIRECTORY`, with DIRECTORY filled by `pip install --target DIRECTORY aiohttp`
(the product does not depend on it). They take turns in one process, against the scripted model in another, and read
the same replies. Measurements: docs/decisions/0007-our-own-model-client.md.
"""

import argparse
import asyncio
import importlib
import json
import resource
import statistics
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
import uvloop
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from benchmarks.processes import model_server, server_cores
from dynagent.core.language_models import ChatMessage, ModelRequest, ModelTimeout, ModelUnavailable
from dynagent.infrastructure.llm.http_pool import HttpPool, Sink
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "text/event-stream, application/json",
    "Accept-Encoding": "identity",
    "Authorization": "Bearer scripted",
}
NAME = "gpt-4o-mini"
WARM_UP = 50

Ask = Callable[[str], Awaitable[int]]
"""Asks a question; returns the number of characters of the answer."""


class AiohttpPool(HttpPool):
    """The same pool's interface on aiohttp's ClientSession, with the same two time limits."""

    def __init__(self, base_url: str, headers: dict[str, str], library: Any) -> None:
        super().__init__(base_url, headers)
        self._base_url = base_url
        self._library = library
        self._session = library.ClientSession(headers=headers, connector=library.TCPConnector(limit=0))

    async def post(self, path: str, body: bytes, sink: Sink, *, timeout_s: float, idle_timeout_s: float) -> None:
        """Send JSON and hand the response to `sink`, piece by piece as it arrives."""
        limits = self._library.ClientTimeout(total=timeout_s, sock_read=idle_timeout_s)
        try:
            async with self._session.post(self._base_url + path, data=body, timeout=limits) as response:
                sink.on_head(response.status, {name.lower(): value for name, value in response.headers.items()})
                async for piece in response.content.iter_any():
                    sink.on_body(piece)
        except TimeoutError as error:
            raise ModelTimeout("no answer in time") from error
        except self._library.ClientError as error:
            raise ModelUnavailable(str(error)) from error

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.close()


async def measure(url: str, library: Any, *, rounds: int, calls: int, concurrency: int, query: str) -> dict[str, Any]:
    """Return CPU per call in milliseconds, the median of each contender's rounds and all of them."""
    pools = {"ours": HttpPool(url, HEADERS), "aiohttp": AiohttpPool(url, HEADERS, library)}
    asks = {name: _over(pool) for name, pool in pools.items()} | {"ChatOpenAI": _over_langchain(url)}
    for ask in asks.values():
        await _burst(ask, query, WARM_UP, concurrency)
    seen: dict[str, list[float]] = {name: [] for name in asks}
    for turn in range(rounds):
        # The order turns too, so that nobody always follows the same neighbour.
        for name in sorted(asks, reverse=turn % 2 == 1):
            seen[name].append(await _burst(asks[name], query, calls, concurrency))
    for pool in pools.values():
        await pool.aclose()
    return {name: {"median": statistics.median(all_), "rounds": all_} for name, all_ in seen.items()}


def _over(pool: HttpPool) -> Ask:
    model = OpenAIWireModel(NAME, pool)

    async def ask(query: str) -> int:
        reply = await model.reply(ModelRequest(messages=(ChatMessage(role="user", content=query),)), lambda _: None)
        return len(reply.content)

    return ask


def _over_langchain(url: str) -> Ask:
    model = ChatOpenAI(model=NAME, base_url=url, api_key=SecretStr("scripted"), stream_usage=True)

    async def ask(query: str) -> int:
        return sum([len(str(chunk.text)) async for chunk in model.astream(query)])

    return ask


async def _burst(ask: Ask, query: str, calls: int, concurrency: int) -> float:
    """Make the calls, so many at a time; return CPU milliseconds per call."""
    left, lengths = iter(range(calls)), set[int]()

    async def client() -> None:
        for _ in left:
            lengths.add(await ask(query))

    before = _cpu_s()
    await asyncio.gather(*(client() for _ in range(concurrency)))
    spent = _cpu_s() - before
    assert len(lengths) == 1 and 0 not in lengths, f"replies differ: {lengths}"
    return spent / calls * 1000


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure as the command line says and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aiohttp", required=True, help="directory that holds aiohttp")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=20)
    parser.add_argument("--query", default="[[tokens=60]] Say something.")
    told = parser.parse_args()
    sys.path.append(told.aiohttp)
    library = importlib.import_module("aiohttp")
    psutil.Process().cpu_affinity(server_cores())
    with model_server() as url:
        found = uvloop.run(
            measure(
                url,
                library,
                rounds=told.rounds,
                calls=told.calls,
                concurrency=told.concurrency,
                query=told.query,
            )
        )
    print(json.dumps({"aiohttp": library.__version__, **found}, indent=1))


if __name__ == "__main__":
    main()
