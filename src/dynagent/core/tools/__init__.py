"""Tools: what they are (entity), the base of shipped ones (base), their schema (schema), where they run (ports)."""

from dynagent.core.tools.base import BaseTool, ToolNotFoundError
from dynagent.core.tools.entity import (
    DEFAULT_TOOL_TIMEOUT_S,
    MAX_TOOL_TIMEOUT_S,
    TOOL_NAME,
    CustomTool,
    Finding,
    InvalidArguments,
    SandboxUnavailable,
    ToolDisabled,
    ToolFailed,
    ToolGrantForbidden,
    ToolIsPrebuilt,
    ToolKind,
    ToolNameTaken,
    ToolNotFound,
    ToolPolicy,
    ToolReflection,
    ToolRejected,
    ToolSwitchedOff,
    ToolTimeout,
    ToolUnconfigured,
    ToolVersion,
    ToolVersionNotFound,
    check_tool_name,
    same_looking,
)
from dynagent.core.tools.events import ToolCallQueued, ToolRemoved
from dynagent.core.tools.failures import (
    SandboxBusy,
    ToolCpuLimit,
    ToolCrashed,
    ToolMemoryLimit,
    ToolOutputTooLarge,
    ToolPolicyViolation,
    ToolProtocolBroken,
    ToolResultNotSerialisable,
    place_of,
)
from dynagent.core.tools.listing import ToolFilter, ToolListing
from dynagent.core.tools.ports import (
    CallableTools,
    CallContext,
    CustomTools,
    ModelUse,
    Retrieved,
    RunnableTool,
    Screening,
    ToolCatalogue,
    ToolOutcome,
    ToolSandbox,
    isolation_text,
)
from dynagent.core.tools.schema import arguments_schema, parameter_texts, read_arguments
from dynagent.core.tools.toolsfile import FoundKind, FoundTool, ToolsFile
