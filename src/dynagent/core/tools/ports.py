"""Where tools come from and how they are called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dynagent.core.shared.calls import OnSent, TokenUsage
from dynagent.core.shared.errors import Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository
from dynagent.core.tools.base import BaseTool
from dynagent.core.tools.entity import (
    CustomTool,
    Finding,
    ToolNotFound,
    ToolPolicy,
    ToolReflection,
    ToolVersion,
)
from dynagent.core.tools.listing import ToolFilter, ToolListing
from dynagent.core.tools.toolsfile import ToolsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What a tool's own call of a language model used; `asked` is the name it was asked by, `model` what answered."""

    model: str
    asked: str
    usage: TokenUsage
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What a tool found in knowledge bases: the question, the sources as the model sees them, how many were cut.

    A source has `number`, `kb_id`, `document_id`, `document`, `page`, `chunk_id`, `score` and `similarity`.
    """

    query: str
    sources: Sequence[dict[str, Any]]
    cut: int
    duration_ms: float


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who calls and why: the owner, the agent's model, a key that is the same when the same call is repeated.

    `on_usage` is told of every language model call that the tool makes; `sending` gives, for each of them, what is
    told of its request. `on_retrieved` is told of every search in knowledge bases.
    """

    user_id: str
    timeout_s: float
    idempotency_key: str = ""
    execution_id: str | None = None
    model: str | None = None
    on_usage: Callable[[ModelUse], None] | None = field(default=None, repr=False, compare=False)
    sending: Callable[[], OnSent] | None = field(default=None, repr=False, compare=False)
    on_retrieved: Callable[[Retrieved], None] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a call gave: the result (JSON types), captured prints, and what it cost where that is known."""

    result: Any
    logs: str = ""
    cpu_ms: float | None = None
    peak_memory_kb: int | None = None


class RunnableTool(Protocol):
    """A tool ready to be called, prebuilt or custom."""

    @property
    def name(self) -> str:
        """The name the model calls it by."""
        ...

    @property
    def description(self) -> str:
        """What it does, for the model."""
        ...

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of the arguments (an object)."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether a call may be made again when it is not known if it was made."""
        ...

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Validate the arguments, call. Raises InvalidArguments, ToolFailed, ToolTimeout, SandboxUnavailable."""
        ...


class ToolFactory(Protocol):
    """Makes prebuilt tools from a type name and settings."""

    def create_tool(self, tool_type: str, config: dict[str, Any]) -> BaseTool:
        """Return a tool object. Raises ToolNotFoundError for an unregistered type."""
        ...


class CallableTools(Protocol):
    """Tools made ready to be called; they ask the models of the user whom the caller works for."""

    async def resolve(
        self, names: Sequence[str], user_id: str, settings: dict[str, tuple[str, dict[str, Any]]] | None = None
    ) -> list[RunnableTool]:
        """Return callable tools; `settings` maps a name to (type, config). Raises ToolNotFound for a missing one."""
        ...


class ToolCatalogue(CallableTools, Protocol):
    """All tools a user can attach, prebuilt and custom, ready to be called."""

    async def find(self, user_id: str, wanted: ToolFilter, page: PageRequest) -> Page[ToolListing]:
        """Return a page of the tools that match, sorted by name. Raises MalformedInput for a cursor of another list."""
        ...

    async def get(self, name: str, user_id: str) -> ToolListing:
        """Return one tool with source and policy. Raises ToolNotFound."""
        ...

    async def unknown(self, names: Sequence[str], user_id: str) -> list[str]:
        """Return the names that are no tool of this user, in the order given."""
        ...

    async def settings_faults(
        self, settings: Sequence[tuple[str, dict[str, Any]]], user_id: str
    ) -> Sequence[Violation]:
        """Return what keeps settings (tool type, config) from being used, with pointers `/<place>/config/…`.

        Unknown types are passed over; secrets may be sealed, and references must name a key that the user keeps.
        """
        ...

    def reserved(self, name: str) -> bool:
        """Say whether a name is a prebuilt tool's, an alias, or looks like one."""
        ...


class CustomTools(BaseRepository[CustomTool]):
    """The owner's registered tools, current versions."""

    noun = "tool"
    not_found = ToolNotFound

    async def get_by_name(self, name: str) -> CustomTool | None:
        """Return the tool of this name, or None."""
        raise NotImplementedError

    async def get_by_names(self, names: Sequence[str]) -> list[CustomTool]:
        """Return those of the names that exist (one query)."""
        raise NotImplementedError

    async def versions(self, id: str, page: PageRequest) -> Page[ToolVersion]:
        """Return a page of a tool's versions, newest first."""
        raise NotImplementedError

    async def get_version(self, id: str, version: int) -> ToolVersion | None:
        """Return one version of a tool, or None."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Screening:
    """The screen's verdict: objections, or what was reflected and the opaque bytes that the sandbox runs."""

    findings: tuple[Finding, ...] = ()
    reflection: ToolReflection | None = None
    program: bytes = field(default=b"", repr=False)


class ToolSandbox(Protocol):
    """Where registered code is screened and run; never the API or worker process."""

    async def screen(self, name: str, code: str, policy: ToolPolicy) -> Screening:
        """Parse, screen and reflect a source without running it. Raises SandboxUnavailable."""
        ...

    async def find_tools(self, code: str) -> ToolsFile:
        """Read which tools a file holds, without running it. Raises SandboxUnavailable."""
        ...

    async def run(self, tool: CustomTool, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Run one call. Raises ToolFailed and its kin, SandboxUnavailable."""
        ...

    def beyond_default(self, policy: ToolPolicy) -> Sequence[str]:
        """Return the hosts and secrets of a policy that not every user's tools may have; empty when there are none."""
        ...

    def limits(self) -> dict[str, float]:
        """Return the limits of one call that hold for all tools, names with units."""
        ...

    async def status(self) -> dict[str, Any]:
        """Return level (int), layers (name → reason or true) and advice, for health and doctor."""
        ...


def isolation_text(status: dict[str, Any]) -> str:
    """Return a sandbox's status as one line: the level, the layers that hold, and why the others do not."""
    layers: dict[str, bool | str] = status["layers"]
    held = ", ".join(name for name, reason in layers.items() if reason is True)
    missing = "; ".join(f"no {name}: {reason}" for name, reason in layers.items() if reason is not True)
    line = f"level {status['level']} of 3 ({held or 'no layer holds'})"
    return "; ".join(part for part in (line, missing, status.get("pool_memory", "")) if part)
