"""Processor time of sandboxed calls: what is left to say where neighbours make every wall clock lie."""

import time
from pathlib import Path

from dynagent.core.tools import CallContext, CustomTool
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox

_TICK_MS = 10.0


async def cpu_a_call(sandbox: ZygoteSandbox, tool: CustomTool, calls: int) -> tuple[float, float]:
    """Return milliseconds of processor time a call, of this process and of zygotes with their (ended) children."""
    context = CallContext(user_id="bench", timeout_s=10.0)
    ours, theirs = time.process_time(), _zygotes_ms()
    for _ in range(calls):
        await sandbox.run(tool, {"text": "abc"}, context)
    return (time.process_time() - ours) * 1000 / calls, (_zygotes_ms() - theirs) / calls


def _zygotes_ms() -> float:
    """Return user and system time of every zygote of this machine, children that have ended included."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"inside/start.py" in (entry / "cmdline").read_bytes():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                total += sum(int(field) for field in fields[11:15]) * _TICK_MS
        except OSError:
            continue
    return total
