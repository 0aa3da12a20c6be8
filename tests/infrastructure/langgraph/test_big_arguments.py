"""Arguments of two megabytes on their way through a run: counted is the work between two turns of the loop."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
import pytest

from dynagent.core.tools import BaseTool
from dynagent.infrastructure.tools import arguments
from dynagent.infrastructure.tools.runnable import PrebuiltTool
from dynagent.infrastructure.trace import recorder
from dynagent.infrastructure.trace.model_calls import ModelCallLimits
from dynagent.infrastructure.trace.recorder import BatchingRecorder
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import claim, run
from tests.infrastructure.llm.byte_server import ByteServer, chunked
from tests.infrastructure.llm.contract.sessions import delta, fragment, stream
from tests.infrastructure.llm.lanes import LANES

MB = 1024 * 1024
TEXT = {"text": 'many "quoted" words, {not} one, ' * (MB // 16)}
ROWS = {"rows": [{"id": number, "name": f"row {number}"} for number in range(MB // 20)]}


class EchoTool(BaseTool):
    """Takes anything."""

    name = "echo"

    async def _arun(self, text: str = "", rows: list[dict[str, Any]] | None = None) -> str:
        """Say what came."""
        return f"{len(text)} characters, {len(rows or [])} rows"


class Meter:
    """Counts the bytes that are parsed, written and checked in the loop's thread, turn by turn."""

    def __init__(self) -> None:
        self.turn = 0
        self.work: dict[int, int] = {}

    def counting(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same work, counted."""

        def counted(*given: Any, **more: Any) -> Any:
            result = work(*given, **more)
            if threading.current_thread() is threading.main_thread():
                sizes = [len(value) for value in (result, *given) if isinstance(value, (str, bytes))]
                self.work[self.turn] = self.work.get(self.turn, 0) + max(sizes, default=0)
            return result

        return counted

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Turn with the loop."""

        async def beat() -> None:
            while True:
                self.turn += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(beat())
        yield
        task.cancel()


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    meter = Meter()
    for module, names in {
        json: ("loads", "dumps"),
        orjson: ("loads", "dumps"),
        recorder: ("encode",),
        arguments: ("clean_json",),
    }.items():
        for name in names:
            monkeypatch.setattr(module, name, meter.counting(getattr(module, name)))
    return meter


def storing_at_once(woken: BatchingRecorder) -> None:
    taken = woken.take()
    if taken:
        woken.stored(taken[-1].frame.seq)


@pytest.mark.parametrize("given", [TEXT, ROWS], ids=["text", "rows"])
@pytest.mark.parametrize("lane", LANES)
async def test_no_turn_of_the_loop_works_through_an_argument_more_than_twice(
    lane: str, given: dict[str, Any], meter: Meter
) -> None:
    """Twice is what writing a request costs: the argument as text, and that text once more in the request."""
    text = json.dumps(given)
    step = -(-len(text) // 16)
    pieces = [fragment(text[at : at + step]) for at in range(0, len(text), step)]
    called = stream(fragment("", id="a", name="echo"), *pieces, delta("tool_calls"))
    said = stream(delta(content="Done."), delta("stop"))
    packets = chunked(*(called[at : at + 65_536] for at in range(0, len(called), 65_536)))
    claimed = claim()
    log = BatchingRecorder(claimed, window_s=0, wake=storing_at_once, model_calls=ModelCallLimits())
    async with ByteServer(packets, chunked(said)) as server, LANES[lane](server.url) as model, meter.running():
        meter.work.clear()
        outcome, _ = await run(model, PrebuiltTool("echo", EchoTool()), claimed=claimed, trace=cast("ListedTrace", log))
    assert outcome.result == "Done."
    assert json.loads(json.loads(server.requests[1])["messages"][-2]["tool_calls"][0]["function"]["arguments"]) == given
    assert 0 < max(meter.work.values()) < 2.5 * len(text)
