"""The sandbox's measurements beside their bars and beside in-process `exec` of the same tool.

`python -m benchmarks.sandbox` prints a table and keeps it in artifacts/sandbox.md and .json; `--quick` takes a fifth
of the calls; `--route` also starts a server and measures what the sandbox adds to `POST /api/tools/execute`;
`--rounds 5` measures five times and keeps the best of each, for machines with neighbours.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from benchmarks.measurements import ARTIFACTS, machine
from benchmarks.sandbox_cpu import cpu_a_call
from benchmarks.sandbox_route import added_to_the_route
from dynagent.core.tools import CallContext, CustomTool, ToolPolicy, ToolTimeout
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.settings import SandboxSettings

REVERSE = "async def reverse_string(text: str) -> str:\n    return text[::-1]"
NAP = "import asyncio\nasync def nap(seconds: float) -> str:\n    await asyncio.sleep(seconds)\n    return 'rested'"
BUSY = "async def busy() -> None:\n    while True:\n        pass"
FETCH = """
import httpx
async def fetch(url: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text
"""
PAUSE_S = 0.02
_CONTEXT = CallContext(user_id="bench", timeout_s=10.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One line: what was measured, the unit, the bar ("at most" unless `at_least`), in-process `exec` beside it."""

    name: str
    value: float
    bar: float | None
    unit: str = "ms"
    in_process: float | None = None
    at_least: bool = False

    @property
    def met(self) -> str:
        """Say whether the bar is reached."""
        if self.bar is None:
            return ""
        return "yes" if (self.value >= self.bar if self.at_least else self.value <= self.bar) else "**no**"


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the calls")
    parser.add_argument("--route", action="store_true", help="also the HTTP route, on a server of its own")
    parser.add_argument("--rounds", type=int, default=1, help="measure so many times, keep the best of each")
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rounds: list[list[Reading]] = []
    for _ in range(wanted.rounds):
        readings = asyncio.run(_measure(5 if wanted.quick else 1))
        rounds.append(readings + (_route(40 if wanted.quick else 200) if wanted.route else []))
    _keep([_best(*same) for same in zip(*rounds, strict=True)])


def _best(*readings: Reading) -> Reading:
    return (max if readings[0].at_least else min)(readings, key=lambda reading: reading.value)


def _route(calls: int) -> list[Reading]:
    base, fresh, kept = added_to_the_route(REVERSE, calls)
    return [
        Reading("POST /api/tools/execute, fresh, p50", _at(fresh, 50), None, in_process=_at(base, 50)),
        Reading("… added by the sandbox, fresh", _at(fresh, 50) - _at(base, 50), 2.0),
        Reading("… added by the sandbox, reuse", _at(kept, 50) - _at(base, 50), 1.0),
    ]


async def _measure(divisor: int) -> list[Reading]:
    readings: list[Reading] = []
    async with _sandbox() as sandbox:
        for measure in (_calls, _reused_calls, _throughput, _registration, _crowds, _limits, _clients, _memory):
            readings += await measure(sandbox, divisor)
            await asyncio.sleep(0.3)
    return readings


@contextlib.asynccontextmanager
async def _sandbox() -> AsyncGenerator[ZygoteSandbox, None]:
    sandbox = ZygoteSandbox(SandboxSettings(calls_per_tenant=200, calls_at_once=200, calls_per_minute=0))
    await sandbox.start()
    await sandbox.status()
    yield sandbox
    await sandbox.stop()


async def _calls(sandbox: ZygoteSandbox, divisor: int) -> list[Reading]:
    tool = await _tool(sandbox, REVERSE)
    fresh = await _spaced(lambda: sandbox.run(tool, {"text": "abc"}, _CONTEXT), 500 // divisor)
    inside = await _spaced(_in_process(REVERSE, "reverse_string", {"text": "abc"}), 500 // divisor)
    return [
        Reading("warm call, fresh process, 20 ms apart, p50", _at(fresh, 50), 1.0, in_process=_at(inside, 50)),
        Reading("warm call, fresh process, 20 ms apart, p99", _at(fresh, 99), 5.0, in_process=_at(inside, 99)),
    ]


async def _reused_calls(sandbox: ZygoteSandbox, divisor: int) -> list[Reading]:
    tool = await _tool(sandbox, REVERSE, reuse=True)
    close = await _times(lambda: sandbox.run(tool, {"text": "abc"}, _CONTEXT), 2000 // divisor)
    spaced = await _spaced(lambda: sandbox.run(tool, {"text": "abc"}, _CONTEXT), 300 // divisor)
    return [
        Reading("warm call, reuse, back to back, p50", _at(close, 50), 0.25),
        Reading("warm call, reuse, back to back, p99", _at(close, 99), 1.0),
        Reading("warm call, reuse, 20 ms apart, p50", _at(spaced, 50), None),
    ]


async def _throughput(sandbox: ZygoteSandbox, divisor: int) -> list[Reading]:
    fresh, reused = await _tool(sandbox, REVERSE), await _tool(sandbox, REVERSE, reuse=True)
    return [
        Reading("calls a second, fresh", await _rate(sandbox, fresh, 1500 // divisor), 250, "/s", at_least=True),
        Reading("calls a second, reuse", await _rate(sandbox, reused, 20_000 // divisor), 5000, "/s", at_least=True),
        *[
            Reading(
                f"processor time a call, {name}, server and sandbox", sum(await cpu_a_call(sandbox, tool, count)), None
            )
            for name, tool, count in (("fresh", fresh, 500 // divisor), ("reuse", reused, 5000 // divisor))
        ],
    ]


async def _registration(sandbox: ZygoteSandbox, divisor: int) -> list[Reading]:
    times = await _spaced(lambda: sandbox.screen("reverse_string", REVERSE, ToolPolicy()), 300 // divisor)
    return [
        Reading("reflect, screen, compile, p50", _at(times, 50), 3.0),
        Reading("reflect, screen, compile, p99", _at(times, 99), 10.0),
    ]


async def _crowds(sandbox: ZygoteSandbox, _: int) -> list[Reading]:
    tool = await _tool(sandbox, NAP)
    readings: list[Reading] = []
    for count, seconds, bar in ((20, 0.2, 0.5), (100, 0.5, 1.2)):
        await asyncio.sleep(0.5)
        started = time.perf_counter()
        await asyncio.gather(*[sandbox.run(tool, {"seconds": seconds}, _CONTEXT) for _ in range(count)])
        name = f"{count} naps of {seconds} s at once"
        readings.append(Reading(name, time.perf_counter() - started, bar, "s", in_process=seconds))
    return readings


async def _limits(sandbox: ZygoteSandbox, _: int) -> list[Reading]:
    tool = await _tool(sandbox, BUSY, timeout_s=0.5)
    started = time.perf_counter()
    with contextlib.suppress(ToolTimeout):
        await sandbox.run(tool, {}, _CONTEXT)
    return [Reading("a limit of 500 ms ends a busy loop after", (time.perf_counter() - started) * 1000, 550)]


async def _clients(sandbox: ZygoteSandbox, divisor: int) -> list[Reading]:
    async with _site() as place:
        tool = await _tool(sandbox, FETCH, network=(place,))
        url = f"http://{place}/"
        await sandbox.run(tool, {"url": url}, _CONTEXT)
        await asyncio.sleep(0.5)
        inside = await _spaced(_in_process(FETCH, "fetch", {"url": url}), 50 // divisor)
        confined = await _spaced(lambda: sandbox.run(tool, {"url": url}, _CONTEXT), 50 // divisor)
    bar = _at(inside, 50)
    return [Reading("httpx GET with a new client, p50", _at(confined, 50), bar, in_process=bar)]


async def _memory(sandbox: ZygoteSandbox, _: int) -> list[Reading]:
    status = await sandbox.status()
    private = sorted(_private_mb(pid) for pid in _idle_children("core"))
    readings = [Reading("idle child, private memory", private[len(private) // 2], 4.0, "MB")] if private else []
    for kind, bar in (("core", 300), ("full", 1500)):
        if status["boot_ms"][kind]:
            readings.append(Reading(f"zygote boot, {kind}", status["boot_ms"][kind], bar))
    return readings


async def _tool(sandbox: ZygoteSandbox, code: str, **values: Any) -> CustomTool:
    policy = ToolPolicy(**values)
    screening = await sandbox.screen("the_tool", code, policy)
    if screening.reflection is None:
        raise SystemExit(f"the tool was refused: {screening.findings}")
    now = datetime.now(UTC)
    return CustomTool(
        id="bench",
        user_id="bench",
        name="the_tool",
        description="A tool of the benchmark",
        code=code,
        reflection=screening.reflection,
        policy=policy,
        created_at=now,
        updated_at=now,
    )


def _in_process(code: str, entry: str, arguments: dict[str, Any]) -> Callable[[], Awaitable[Any]]:
    """Return the baseline: source executed in this process for every call, as products without a sandbox do."""
    program = compile(code, "<tool>", "exec")

    async def call() -> Any:
        names: dict[str, Any] = {}
        exec(program, names)
        return await names[entry](**arguments)

    return call


async def _spaced(call: Callable[[], Awaitable[Any]], count: int) -> list[float]:
    return await _times(call, count, PAUSE_S)


async def _times(call: Callable[[], Awaitable[Any]], count: int, pause_s: float = 0.0) -> list[float]:
    times: list[float] = []
    for _ in range(count):
        if pause_s:
            await asyncio.sleep(pause_s)
        started = time.perf_counter()
        await call()
        times.append((time.perf_counter() - started) * 1000)
    return times


async def _rate(sandbox: ZygoteSandbox, tool: CustomTool, calls: int) -> float:
    async def work() -> None:
        for _ in range(calls // 4):
            await sandbox.run(tool, {"text": "abc"}, _CONTEXT)

    started = time.perf_counter()
    await asyncio.gather(*[work() for _ in range(4)])
    return calls / (time.perf_counter() - started)


@contextlib.asynccontextmanager
async def _site() -> AsyncGenerator[str, None]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _idle_children(kind: str) -> list[int]:
    """Return the processes that a zygote's process has forked: those whose parent runs the same command."""
    sandboxes: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if b"inside/start.py" in command and (b'"sockets": true' in command) == (kind == "full"):
                sandboxes[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return [pid for pid, parent in sandboxes.items() if sandboxes.get(parent) in sandboxes]


def _private_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1000


def _at(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def _keep(readings: list[Reading]) -> None:
    lines = [f"{machine()}, load {os.getloadavg()[0]:.1f} at the end", ""]
    lines += ["| what | here | bar | met | in-process `exec` |", "| --- | --- | --- | --- | --- |"]
    for reading in readings:
        bar = "" if reading.bar is None else f"{'≥' if reading.at_least else '≤'} {reading.bar:g} {reading.unit}"
        beside = "" if reading.in_process is None else f"{reading.in_process:.3g} {reading.unit}"
        lines.append(f"| {reading.name} | {reading.value:.3g} {reading.unit} | {bar} | {reading.met} | {beside} |")
    text = "\n".join(lines) + "\n"
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "sandbox.md").write_text(text)
    (ARTIFACTS / "sandbox.json").write_text(
        json.dumps([asdict(reading) | {"met": reading.met} for reading in readings])
    )
    print(text)


if __name__ == "__main__":
    main()
