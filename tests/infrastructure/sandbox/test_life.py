"""Processes come and go: crashes in mid-call, restarts, cancellation, crowds, nothing left behind."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog

from dynagent.core.tools import SandboxBusy, SandboxUnavailable, ToolCrashed, ToolPolicy
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import (
    REVERSE,
    context,
    eventually,
    processes_of,
    register,
    run,
    settings,
    smuggle,
)

NAP = "import asyncio\nasync def nap(s: float) -> str:\n    await asyncio.sleep(s)\n    return 'rested'"


@pytest_asyncio.fixture
async def own(events_here: list[AuditEvent]) -> AsyncIterator[ZygoteSandbox]:
    """A sandbox of the test's own, to be broken."""
    sandbox = ZygoteSandbox(settings(idle_core=2), events_here.append)
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture
async def events_here() -> list[AuditEvent]:
    return []


def zygotes_here() -> list[int]:
    """Return the zygotes' processes that this process has started (in their namespaces, they have children)."""
    return [pid for pid in processes_of(os.getpid()) if _is_sandbox(pid)]


def _is_sandbox(pid: int) -> bool:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return b"sandbox/inside/start.py" in file.read()
    return False


async def test_starting_waits_for_nothing_and_stopping_leaves_nothing() -> None:
    sandbox = ZygoteSandbox(settings())
    before = set(zygotes_here())
    await sandbox.start()
    assert (await run(sandbox, await register(sandbox, REVERSE), text="ab")).result == "ba"
    started = set(zygotes_here()) - before
    assert started
    await sandbox.stop()
    await eventually(lambda: not set(zygotes_here()) & started)
    with pytest.raises(SandboxUnavailable):
        await sandbox.screen("f", REVERSE, ToolPolicy())


async def test_stopping_before_it_has_started_and_in_mid_start() -> None:
    await ZygoteSandbox(settings()).stop()
    sandbox = ZygoteSandbox(settings())
    await sandbox.start()
    await asyncio.sleep(0.02)
    await sandbox.stop()


async def test_stopping_fails_the_calls_that_are_running(own: ZygoteSandbox) -> None:
    call = asyncio.create_task(run(own, await register(own, NAP, timeout_s=30), 30.0, s=25))
    await asyncio.sleep(0.2)
    await own.stop()
    with pytest.raises(SandboxUnavailable):
        await call


async def test_a_child_killed_from_outside_fails_its_call_alone(own: ZygoteSandbox) -> None:
    tool = await register(own, NAP, timeout_s=5)
    other = asyncio.create_task(run(own, tool, s=0.5))
    await asyncio.sleep(0.1)
    held = smuggle(own, "import os, signal\nasync def attack():\n    os.kill(os.getpid(), signal.SIGKILL)")
    crash = smuggle(own, "import ctypes\nasync def attack():\n    ctypes.string_at(0)")
    for broken in (held, crash):
        with pytest.raises(Exception, match=r"PermissionError|SIGSEGV"):
            await run(own, broken)
    assert (await other).result == "rested"


async def test_the_zygotes_death_fails_calls_at_once_and_it_comes_back(
    own: ZygoteSandbox, events_here: list[AuditEvent]
) -> None:
    tool = await register(own, NAP, timeout_s=20)
    call = asyncio.create_task(run(own, tool, 20.0, s=15))
    await asyncio.sleep(0.1)
    started = set(zygotes_here())
    os.kill(min(started), signal.SIGKILL)
    with pytest.raises(SandboxUnavailable) as caught:
        await asyncio.wait_for(call, 3)
    assert caught.value.retry_after_s
    assert (await run(own, tool, s=0)).result == "rested"
    assert "zygote.restarted" in [event.name for event in events_here]
    await eventually(lambda: not set(zygotes_here()) & started)


async def test_a_cancelled_call_ends_its_child(own: ZygoteSandbox) -> None:
    tool = await register(own, NAP, timeout_s=30)
    await run(own, tool, s=0)
    await asyncio.sleep(0.2)
    before = set(zygotes_here())
    call = asyncio.create_task(run(own, tool, 30.0, s=25))
    await asyncio.sleep(0.2)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    pool = own._pools["core"]
    await eventually(lambda: pool._zygote is not None and pool._zygote.children == 2)
    assert len(set(zygotes_here()) - before) <= 2


async def test_many_at_once(own: ZygoteSandbox) -> None:
    tool = await register(own, NAP)
    outcomes = await asyncio.gather(*[run(own, tool, s=0.3) for _ in range(100)])
    assert [outcome.result for outcome in outcomes] == ["rested"] * 100


async def test_too_many_are_told_to_come_back() -> None:
    sandbox = ZygoteSandbox(settings(calls_per_tenant=1, calls_at_once=4, queue_s=0.2))
    try:
        tool = await register(sandbox, NAP)
        await run(sandbox, tool, s=0)
        first = asyncio.create_task(run(sandbox, tool, s=1))
        await asyncio.sleep(0.05)
        with pytest.raises(SandboxBusy) as caught:
            await run(sandbox, tool, s=0)
        assert caught.value.retry_after_s
        assert (await sandbox.run(tool, {"s": 0}, context("ben"))).result == "rested"
        assert (await first).result == "rested"
    finally:
        await sandbox.stop()


@pytest_asyncio.fixture
async def quiet() -> AsyncIterator[ZygoteSandbox]:
    """A sandbox whose audit nobody keeps: kept events would be growth of the test's own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sandbox = ZygoteSandbox(settings())
    yield sandbox
    await sandbox.stop()
    structlog.reset_defaults()


@pytest.mark.parametrize("many", [480, pytest.param(20_000, marks=pytest.mark.slow_fault)])
async def test_neither_descriptors_nor_memory_grow(quiet: ZygoteSandbox, many: int) -> None:
    tools = [
        await register(quiet, REVERSE),
        smuggle(quiet, "import os\nasync def attack(text):\n    os._exit(0)"),
        await register(quiet, REVERSE, reuse=True),
    ]

    async def some(calls: int) -> None:
        for number in range(calls):
            with contextlib.suppress(ToolCrashed):
                await run(quiet, tools[number % 3], text="ab")

    await asyncio.gather(*[some(60) for _ in range(4)])
    await asyncio.sleep(0.3)
    descriptors, memory = _own_size()
    await asyncio.gather(*[some(many // 4) for _ in range(4)])
    await asyncio.sleep(0.3)
    after, more = _own_size()
    assert after <= descriptors + 4
    assert more - memory < 4 << 20


async def test_an_old_zygote_is_replaced_without_a_failing_call(events_here: list[AuditEvent]) -> None:
    sandbox = ZygoteSandbox(settings(restart_after_forks=20, idle_core=2), events_here.append)
    try:
        tool = await register(sandbox, REVERSE)
        nap = asyncio.create_task(run(sandbox, await register(sandbox, NAP), s=1))
        for _ in range(60):
            assert (await run(sandbox, tool, text="ab")).result == "ba"
        await eventually(lambda: "zygote.restarted" in [event.name for event in events_here])
        assert (await nap).result == "rested"
    finally:
        await sandbox.stop()


async def test_a_broken_start_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = ZygoteSandbox(settings())
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(SandboxUnavailable, match="cannot start"):
        await register(sandbox, REVERSE)
    monkeypatch.undo()
    assert (await run(sandbox, await register(sandbox, REVERSE), text="ab")).result == "ba"
    await sandbox.stop()


SERVER = """
import asyncio, os
from tests.infrastructure.sandbox.toolbox import *
from tests.infrastructure.sandbox.test_life import NAP

async def main():
    sandbox = ZygoteSandbox(settings())
    await sandbox.start()
    tool = await register(sandbox, NAP, timeout_s=60)
    call = asyncio.create_task(run(sandbox, tool, 60.0, s=50))
    await asyncio.sleep(0.3)
    print(*processes_of(os.getpid()), flush=True)
    await call

asyncio.run(main())
"""


async def test_a_killed_server_leaves_no_process() -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(SERVER),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])},
    )
    assert server.stdout is not None
    line = b""
    while not line.replace(b" ", b"").strip().isdigit():
        line = await server.stdout.readline()
    left = [int(pid) for pid in line.split()]
    assert len(left) >= 3
    server.kill()
    await server.wait()
    await eventually(lambda: not any(_is_sandbox(pid) for pid in left))


def _own_size() -> tuple[int, int]:
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return len(os.listdir("/proc/self/fd")), pages * os.sysconf("SC_PAGE_SIZE")
