"""What the sandbox's tests share: settings, registering a source with and without the screen, running it."""

import asyncio
import marshal
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dynagent.core.tools import CallContext, CustomTool, ToolOutcome, ToolPolicy, ToolReflection
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.settings import SandboxSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REVERSE = "async def reverse_string(text: str) -> str:\n    return text[::-1]"
CHATBOT = """
async def chatbot_fn(query: str) -> str:
    from openai import OpenAI
    resp = OpenAI().chat.completions.create(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": "You are helpful and concise."},
            {"role": "user", "content": query},
        ],
        temperature=0.2,
    )
    return (resp.choices[0].message.content or "").strip()
"""


def settings(**values: Any) -> SandboxSettings:
    """Return settings with roomy limits of concurrency; no `.env` is read."""
    defaults: dict[str, Any] = {"calls_per_tenant": 150, "calls_at_once": 150, "_env_file": None}
    return SandboxSettings(**(defaults | values))


def context(user_id: str = "ana", timeout_s: float = 5.0) -> CallContext:
    """Return a call's context."""
    return CallContext(user_id=user_id, timeout_s=timeout_s)


async def register(sandbox: ZygoteSandbox, code: str, *, name: str = "the_tool", **policy: Any) -> CustomTool:
    """Screen a source and return it as a stored tool; findings fail the test."""
    chosen = ToolPolicy(**policy)
    screening = await sandbox.screen(name, code, chosen)
    assert not screening.findings, screening.findings
    assert screening.reflection is not None
    return _tool(name, code, chosen, screening.reflection)


def smuggle(
    sandbox: ZygoteSandbox, code: str, *, entry: str = "attack", full: bool = False, **policy: Any
) -> CustomTool:
    """Return a tool that no screen has seen: the boundary has to hold without it."""
    imports = ("pydantic",) if full else ()
    reflection = ToolReflection(entry=entry, shape="async", description="", parameters={}, imports=imports)
    tool = _tool("the_tool", code, ToolPolicy(**policy), reflection)
    sandbox._programs.put(tool.source_hash, marshal.dumps(compile(code, "<tool>", "exec")))
    return tool


async def run(sandbox: ZygoteSandbox, tool: CustomTool, timeout_s: float = 5.0, /, **arguments: Any) -> ToolOutcome:
    """Run one call as ana."""
    return await sandbox.run(tool, arguments, context(timeout_s=timeout_s))


async def eventually(condition: Callable[[], object], *, tries: int = 500) -> None:
    """Wait until a condition holds; fail when it does not within `tries` looks, 10 ms apart."""
    for _ in range(tries):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


def processes_of(parent: int) -> list[int]:
    """Return the ids of all descendants of a process."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, queue = list[int](), [parent]
    while queue:
        for pid in children.get(queue.pop(), []):
            found.append(pid)
            queue.append(pid)
    return found


def _tool(name: str, code: str, policy: ToolPolicy, reflection: ToolReflection) -> CustomTool:
    return CustomTool(
        id=f"id-of-{name}",
        user_id="ana",
        name=name,
        description="A tool of the tests",
        code=code,
        reflection=reflection,
        policy=policy,
        created_at=NOW,
        updated_at=NOW,
    )
