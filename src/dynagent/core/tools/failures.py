"""Why a sandboxed call failed: one error per kind; `extra` holds logs, cost and the tool's lines."""

from dynagent.core.shared.errors import Busy, ErrorKind
from dynagent.core.tools.entity import ToolFailed


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
