"""Honest tools: every shape, argument and result; and one typed error for each way to fail."""

from typing import Any

import pytest

from dynagent.core.tools import (
    InvalidArguments,
    ToolCpuLimit,
    ToolCrashed,
    ToolFailed,
    ToolMemoryLimit,
    ToolOutputTooLarge,
    ToolPolicyViolation,
    ToolProtocolBroken,
    ToolResultNotSerialisable,
    ToolTimeout,
)
from dynagent.core.tools.failures import MAX_SOURCE_LINE, MAX_TRACEBACK
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import REVERSE, eventually, register, run, settings, smuggle

pytestmark = pytest.mark.asyncio(loop_scope="module")

HONEST: dict[str, tuple[str, dict[str, Any], Any]] = {
    "async": (REVERSE, {"text": "żółw"}, "włóż"),
    "sync with a helper": (
        (
            "async def _unused() -> None: ...\ndef double(x: int) -> int:\n"
            "    return twice(x)\n\ndef twice(x):\n    return 2 * x"
        ),
        {"x": 21},
        42,
    ),
    "generator": ("# async def\ndef count(n: int):\n    yield from range(n)", {"n": 3}, [0, 1, 2]),
    "async generator": ("async def count(n: int):\n    for i in range(n):\n        yield i", {"n": 2}, [0, 1]),
    "class": (
        "class ShoutTool(BaseTool):\n    '''Shouts.'''\n    async def _arun(self, text: str) -> str:\n"
        "        return text.upper()",
        {"text": "a"},
        "A",
    ),
    "langchain class": (
        "from langchain_core.tools import BaseTool\nclass T(BaseTool):\n"
        "    name: str = 't'\n    description: str = 'd'\n"
        "    def _run(self, a: int) -> int:\n        return a\n"
        "    async def _arun(self, a: int) -> int:\n        return a + 1",
        {"a": 1},
        2,
    ),
    "langchain function": (
        (
            "from langchain_core.tools import tool\n@tool\n"
            "async def add(a: int, b: int = 2) -> int:\n    'Adds.'\n    return a + b"
        ),
        {"a": 1},
        3,
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 1\n"
        "async def f(p: P) -> P:\n    return P(p.x + p.y, 0)",
        {"p": {"x": 4}},
        {"x": 5, "y": 0},
    ),
    "pydantic": (
        "from pydantic import BaseModel, Field\nclass P(BaseModel):\n    x: int = Field(ge=0)\n"
        "async def f(p: P) -> dict:\n    return {'x': p.x}",
        {"p": {"x": 4}},
        {"x": 4},
    ),
    "conversions": (
        "import datetime, decimal, uuid, enum\nclass C(enum.Enum):\n    R = 'r'\nasync def f() -> list:\n"
        "    return [datetime.date(2026, 1, 2), decimal.Decimal('1.50'), uuid.UUID(int=1), "
        "{1}, (2,), C.R, None, {1: True}]",
        {},
        ["2026-01-02", "1.50", "00000000-0000-0000-0000-000000000001", [1], [2], "r", None, {"1": True}],
    ),
    "positional only and extra": (
        "async def f(a: int, /, b: int = 1, **more: int) -> list:\n    return [a, b, more]",
        {"a": 1, "c": 3},
        [1, 1, {"c": 3}],
    ),
    "standard library": (
        "import asyncio, hashlib, json, math, re, statistics\nasync def f() -> list:\n"
        "    await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(math.sqrt, 4))\n"
        "    return [hashlib.sha256(b'').hexdigest()[:4], json.dumps({}), "
        "statistics.mean([1, 3]), re.sub('a', 'b', 'a')]",
        {},
        ["e3b0", "{}", 2, "b"],
    ),
    "time zones": (
        "import datetime, zoneinfo\nasync def f() -> str:\n"
        "    return str(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset())",
        {},
        "2:00:00",
    ),
    "big numbers": ("async def f() -> int:\n    return 2 ** 100", {}, 2**100),
    "coroutine given back by a sync function": (
        "async def inner() -> int:\n    return 7\ndef f():\n    return inner()",
        {},
        7,
    ),
}

FAULTY: dict[str, tuple[str, type[ToolFailed], str]] = {
    "division": ("return 1 / 0", ToolFailed, "ZeroDivisionError: division by zero"),
    "exit": ("raise SystemExit(3)", ToolFailed, "SystemExit: 3"),
    "unreadable error": (
        "\n    class E(Exception):\n        def __str__(self): raise KeyError\n    raise E",
        ToolFailed,
        "E: the error's text cannot be read",
    ),
    "recursion": ("\n    def g(): return g()\n    return g()", ToolFailed, "RecursionError: maximum recursion"),
    "NaN": ("return float('nan')", ToolResultNotSerialisable, "JSON cannot say"),
    "object": ("return object()", ToolResultNotSerialisable, "object, which has no JSON form"),
    "endless list": ("\n    x = []\n    x.append(x)\n    return x", ToolResultNotSerialisable, "deeper than 100"),
    "long": ("return 'x' * 300_000", ToolOutputTooLarge, "longer than 262144 bytes"),
    "memory": ("return len('x' * 10 ** 9)", ToolMemoryLimit, "more memory than its limit"),
    "endless generator": (
        "\n    def g():\n        while True: yield 1\n    return g()",
        ToolOutputTooLarge,
        "10000 items",
    ),
}


@pytest.mark.parametrize("kind", HONEST)
async def test_honest_tools_answer(sandbox: ZygoteSandbox, kind: str) -> None:
    code, arguments, expected = HONEST[kind]
    outcome = await run(sandbox, await register(sandbox, code), **arguments)
    assert outcome.result == expected
    assert outcome.cpu_ms is not None
    assert outcome.peak_memory_kb


@pytest.mark.parametrize("kind", FAULTY)
async def test_faulty_tools_fail_with_their_kind(sandbox: ZygoteSandbox, kind: str) -> None:
    body, error, text = FAULTY[kind]
    tool = await register(sandbox, f"async def f():\n    {body}")
    with pytest.raises(error, match=text) as caught:
        await run(sandbox, tool)
    assert type(caught.value) is error
    assert "cpu_ms" in caught.value.extra


async def test_a_failure_names_the_tools_own_lines_and_keeps_its_prints(sandbox: ZygoteSandbox) -> None:
    tool = await register(
        sandbox, "async def f():\n    print('before')\n    return g()\n\ndef g():\n    return {}['k']"
    )
    with pytest.raises(ToolFailed, match="KeyError: 'k'") as caught:
        await run(sandbox, tool)
    assert caught.value.extra["lines"] == [3, 6]
    assert caught.value.extra["logs"] == "before\n"
    assert (caught.value.extra["line"], caught.value.extra["source_line"]) == (6, "return {}['k']")
    assert caught.value.extra["traceback"] == (
        "Traceback (most recent call last):\n"
        "  line 3, in f\n    return g()\n"
        "  line 6, in g\n    return {}['k']\n"
        "KeyError: 'k'"
    )


async def test_an_endless_recursion_has_a_short_traceback(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, f"async def f():\n    return g(1)\n\ndef g(n):\n    return g({'1+' * 300}n)")
    with pytest.raises(ToolFailed, match="RecursionError") as caught:
        await run(sandbox, tool)
    assert caught.value.extra["line"] == 5
    assert len(caught.value.extra["lines"]) == 20
    assert len(caught.value.extra["source_line"]) == MAX_SOURCE_LINE
    assert len(caught.value.extra["traceback"]) <= MAX_TRACEBACK + 10


async def test_prints_are_kept_up_to_the_limit(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, "async def f():\n    print('x' * 9000)\n    return 1")
    outcome = await run(sandbox, tool)
    assert outcome.logs.startswith("xxx")
    assert outcome.logs.endswith("… 809 characters more")


async def test_a_busy_loop_that_swallows_everything_ends_at_its_time_limit(sandbox: ZygoteSandbox) -> None:
    code = (
        "async def f():\n    while True:\n        try:\n"
        "            9 ** 9 ** 7\n        except BaseException:\n            pass"
    )
    with pytest.raises(ToolTimeout, match=r"0\.3 s") as caught:
        await run(sandbox, await register(sandbox, code, timeout_s=0.3))
    assert caught.value.extra["cpu_ms"] > 0


async def test_processor_time_has_its_own_limit() -> None:
    sandbox = ZygoteSandbox(settings(cpu_s=1))
    try:
        tool = await register(sandbox, "async def f():\n    while True: pass", timeout_s=20)
        with pytest.raises(ToolCpuLimit, match="1 s of processor time"):
            await run(sandbox, tool, 20.0)
        deaf = (
            "import signal\nasync def attack():\n"
            "    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n    while True: pass"
        )
        with pytest.raises(ToolCpuLimit):
            await run(sandbox, smuggle(sandbox, deaf, timeout_s=20), 20.0)
    finally:
        await sandbox.stop()


async def test_an_argument_that_does_not_fit_its_model_is_the_callers_error(sandbox: ZygoteSandbox) -> None:
    code, _, _ = HONEST["pydantic"]
    with pytest.raises(InvalidArguments):
        await run(sandbox, await register(sandbox, code), p={"x": -1})


async def test_a_process_that_leaves_or_crashes_without_an_answer(sandbox: ZygoteSandbox) -> None:
    leaves = smuggle(sandbox, "import os\nasync def attack():\n    os._exit(0)")
    with pytest.raises(ToolCrashed, match="status 0"):
        await run(sandbox, leaves)
    crashes = smuggle(sandbox, "import ctypes\nasync def attack():\n    ctypes.string_at(1)")
    with pytest.raises(ToolCrashed, match="SIGSEGV"):
        await run(sandbox, crashes)


async def test_a_forbidden_system_call_is_a_violation_and_is_counted(
    sandbox: ZygoteSandbox, events: list[AuditEvent]
) -> None:
    tool = smuggle(sandbox, "import os\nasync def attack():\n    os.execv('/bin/sh', ['sh'])")
    for _ in range(2):
        with pytest.raises(ToolPolicyViolation):
            await run(sandbox, tool)

    def told() -> list[AuditEvent]:
        return [event for event in events if event.name == "sandbox.violation"]

    await eventually(lambda: len(told()) == 2)
    assert [(event.fields["tool_id"], event.fields["version"]) for event in told()] == [("id-of-the_tool", 1)] * 2
    assert told()[-1].tool == "the_tool"


@pytest.mark.parametrize("frame", ["b'not json'", "b'[1]'", 'b\'{"kind":"result","value":NaN}\'', 'b\'{"kind":"x"}\''])
async def test_forged_answers_are_protocol_errors(sandbox: ZygoteSandbox, frame: str) -> None:
    code = (
        f"import os, time\nasync def attack():\n    f = {frame}\n"
        f"    os.write(3, len(f).to_bytes(4) + bytes(4) + f)\n    time.sleep(9)"
    )
    with pytest.raises(ToolProtocolBroken):
        await run(sandbox, smuggle(sandbox, code))


async def test_a_forged_length_is_refused_before_it_is_read(sandbox: ZygoteSandbox) -> None:
    code = "import os, time\nasync def attack():\n    os.write(3, bytes([255] * 8))\n    time.sleep(9)"
    with pytest.raises(ToolOutputTooLarge):
        await run(sandbox, smuggle(sandbox, code))


async def test_a_child_that_answers_and_goes_on_is_ended(sandbox: ZygoteSandbox, events: list[AuditEvent]) -> None:
    code = (
        'import os\nasync def attack():\n    f = b\'{"kind":"result","value":"forged"}\'\n'
        "    os.write(3, len(f).to_bytes(4) + bytes(4) + f)\n    while True: pass"
    )
    outcome = await run(sandbox, smuggle(sandbox, code))
    assert outcome.result == "forged"
    await eventually(lambda: events[-1].name == "tool.called" and events[-1].fields["cpu_ms"] > 20)
    assert events[-1].fields["measured"]


async def test_every_call_is_audited_without_its_arguments(sandbox: ZygoteSandbox, events: list[AuditEvent]) -> None:
    tool = await register(sandbox, REVERSE, name="reverse_string")
    await run(sandbox, tool, text="private words")
    await eventually(lambda: any(event.name == "tool.called" and event.tool == "reverse_string" for event in events))
    called = next(event for event in events if event.name == "tool.called" and event.tool == "reverse_string")
    assert called.user_id == "ana"
    assert called.fields["outcome"] == "result"
    assert called.fields["cpu_ms"] > 0
    assert called.fields["peak_memory_kb"] > 1000
    assert "private" not in repr(events)
