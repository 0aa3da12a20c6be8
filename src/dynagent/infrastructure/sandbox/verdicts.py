"""From how a call ended to its typed error: parents judge, children only report."""

import os
import signal
from typing import Any

from dynagent.core.shared.errors import DynagentError
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
    place_of,
)
from dynagent.infrastructure.sandbox.inside.frames import OUT_OF_MEMORY
from dynagent.infrastructure.sandbox.protocol import Answer
from dynagent.infrastructure.sandbox.zygotes import Ended

_OF_ANSWER: dict[str, type[ToolFailed]] = {
    "tool_error": ToolFailed,
    "memory_limit": ToolMemoryLimit,
    "output_too_large": ToolOutputTooLarge,
    "result_not_serialisable": ToolResultNotSerialisable,
}


def of_answer(answer: Answer, source: str = "") -> DynagentError:
    """Return the error that the child told of, in the platform's words where the tool's are not needed.

    With the tool's `source`, the error's `extra` says in which line of it the call failed, and how it came there.
    """
    error = f"{answer.error_name}: {answer.message}" if answer.message else answer.error_name
    extra: dict[str, Any] = {
        "error": answer.error_name,
        "lines": [line for line, _ in answer.frames],
        **place_of(answer.frames, source, error=error),
        "logs": answer.logs,
        "cpu_ms": answer.cpu_ms,
        "peak_memory_kb": answer.peak_kb,
    }
    if answer.kind == "invalid_arguments":
        return InvalidArguments(f"the arguments do not fit: {answer.message}", extra=extra)
    text = answer.message
    if answer.kind == "tool_error":
        text = error
    elif answer.kind == "memory_limit":
        text = "the tool asked for more memory than its limit"
    return _OF_ANSWER[answer.kind](text, extra=extra)


def of_end(ended: Ended, *, cpu_s: int) -> ToolFailed:
    """Return the error of a child that ended without an answer."""
    status = ended.status or 0
    extra: dict[str, Any] = {"cpu_ms": ended.cpu_ms, "peak_memory_kb": ended.peak_kb}
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGSYS:
        return ToolPolicyViolation("the tool made a system call that no tool may make and was ended", extra=extra)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and ended.cpu_ms >= cpu_s * 990):
        return ToolCpuLimit(f"the tool used more than {cpu_s} s of processor time and was ended", extra=extra)
    if number == signal.SIGKILL:
        return ToolCrashed("the tool's process was ended by the system, most likely for memory", extra=extra)
    if number:
        return ToolCrashed(f"the tool's process ended by {signal.Signals(number).name}", extra=extra)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return ToolMemoryLimit("the tool asked for more memory than its limit", extra=extra)
    return ToolCrashed(
        f"the tool's process ended without an answer (status {os.waitstatus_to_exitcode(status)})", extra=extra
    )


def of_timeout(timeout_s: float, ended: Ended) -> ToolTimeout:
    """Return the error of a call that reached its deadline."""
    extra: dict[str, Any] = {"cpu_ms": ended.cpu_ms, "peak_memory_kb": ended.peak_kb}
    return ToolTimeout(f"the tool did not answer within {timeout_s:g} s and was ended", extra=extra)


def of_protocol(detail: str, kind: str) -> ToolFailed:
    """Return the error of a child that broke the protocol."""
    return (ToolOutputTooLarge if kind == "output_too_large" else ToolProtocolBroken)(detail)
