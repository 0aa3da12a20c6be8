"""Why a sandboxed call failed: one error per kind; `extra` holds logs, cost and the place in the tool's source."""

from collections.abc import Sequence
from typing import Any

from dynagent.core.shared.errors import Busy, ErrorKind
from dynagent.core.tools.entity import ToolFailed

MAX_SOURCE_LINE = 200
MAX_TRACEBACK = 4000


class ToolCpuLimit(ToolFailed):
    """The call used more processor time than its limit and was ended."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "cpu_limit"


class ToolMemoryLimit(ToolFailed):
    """The call asked for more memory than its limit."""

    code = "memory_limit"


class ToolOutputTooLarge(ToolFailed):
    """The result is longer than the limit."""

    code = "output_too_large"


class ToolResultNotSerialisable(ToolFailed):
    """The result has no JSON form."""

    code = "result_not_serialisable"


class ToolPolicyViolation(ToolFailed):
    """The tool tried what no honest tool does and was ended; repeated, it is switched off."""

    code = "policy_violation"


class ToolCrashed(ToolFailed):
    """The tool's process ended without an answer."""

    code = "crashed"


class ToolProtocolBroken(ToolFailed):
    """The tool's process answered something that is not of the protocol."""

    code = "protocol"


class SandboxBusy(Busy):
    """All places for calls are taken, the tenant's or the server's; `retry_after_s` says when to come back."""

    code = "sandbox_busy"


def place_of(frames: Sequence[tuple[int, str]], source: str, *, error: str) -> dict[str, Any]:
    """Return where in its own source a tool failed: `line`, `source_line`, `traceback`; nothing without frames.

    `frames` are (line, function), outermost first; `error` is the traceback's last line. The traceback is cut to
    `MAX_TRACEBACK` characters in the middle, a source line to `MAX_SOURCE_LINE`.
    """
    if not frames:
        return {}
    text = source.splitlines()

    def source_line(line: int) -> str:
        return text[line - 1].strip()[:MAX_SOURCE_LINE] if line <= len(text) else ""

    steps = [f"  line {line}, in {function}\n    {source_line(line)}" for line, function in frames]
    traceback = "\n".join(["Traceback (most recent call last):", *steps, error])
    if len(traceback) > MAX_TRACEBACK:
        half = MAX_TRACEBACK // 2
        traceback = f"{traceback[:half]}\n  …\n{traceback[-half:]}"
    line = frames[-1][0]
    return {"line": line, "source_line": source_line(line), "traceback": traceback}
