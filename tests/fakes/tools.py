"""Fake tools: one that does what a test says, a catalogue of such, a sandbox that notes what it was asked."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any

from dynagent.core.shared.errors import Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.tools import (
    CallContext,
    CustomTool,
    RunnableTool,
    Screening,
    ToolFilter,
    ToolListing,
    ToolNotFound,
    ToolOutcome,
    ToolPolicy,
    ToolReflection,
    ToolsFile,
    same_looking,
)

Behaviour = Callable[[dict[str, Any]], Any | Awaitable[Any]]
ANYTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakeTool:
    """Returns `result`, what `does` returns for the arguments, or raises `error`; `calls` keeps what it was given."""

    def __init__(
        self,
        name: str = "echo",
        *,
        result: Any = "done",
        does: Behaviour | None = None,
        error: Exception | None = None,
        parameters: dict[str, Any] | None = None,
        repeatable: bool = True,
    ) -> None:
        self.name = name
        self.description = f"The tool {name} of a test."
        self.parameters = ANYTHING if parameters is None else parameters
        self.repeatable = repeatable
        self.calls: list[tuple[dict[str, Any], CallContext]] = []
        self._does = does or (lambda arguments: result)
        self._error = error

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Do what the test says."""
        self.calls.append((arguments, context))
        if self._error is not None:
            raise self._error
        result = self._does(arguments)
        return ToolOutcome(await result if isawaitable(result) else result)


class FakeCatalogue:
    """Knows the tools given, for every user; the names are reserved too."""

    def __init__(self, *tools: RunnableTool) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.settings: dict[str, tuple[str, dict[str, Any]]] = {}

    async def listings(self, user_id: str) -> Sequence[ToolListing]:
        """Return all, by name."""
        return [_listing(self.tools[name]) for name in sorted(self.tools)]

    async def find(self, user_id: str, wanted: ToolFilter, page: PageRequest) -> Page[ToolListing]:
        """Filter and cut; no cursors."""
        found = [tool for tool in await self.listings(user_id) if wanted.matches(tool)]
        part = found[page.skip : page.skip + page.limit]
        return Page(items=part, total=len(found), skip=page.skip, limit=page.limit)

    async def get(self, name: str, user_id: str) -> ToolListing:
        """Return one. Raises ToolNotFound."""
        return _listing(self._tool(name))

    async def unknown(self, names: Sequence[str], user_id: str) -> list[str]:
        """Return the names that were not given."""
        return [name for name in names if name not in self.tools]

    async def resolve(
        self, names: Sequence[str], user_id: str, settings: dict[str, tuple[str, dict[str, Any]]] | None = None
    ) -> list[RunnableTool]:
        """Return the tools, a configured one by its type; `settings` keeps what was asked last."""
        self.settings = settings or {}
        return [self._tool(self.settings.get(name, (name, {}))[0]) for name in names]

    async def settings_faults(
        self, settings: Sequence[tuple[str, dict[str, Any]]], user_id: str
    ) -> Sequence[Violation]:
        """Object to every setting named `nope`."""
        return [
            Violation(f"/{at}/config/nope", "extra_forbidden", "there is no such setting")
            for at, (_, config) in enumerate(settings)
            if "nope" in config
        ]

    def reserved(self, name: str) -> bool:
        """Say whether a name looks like one of the tools'."""
        return same_looking(name) in {same_looking(known) for known in self.tools}

    def _tool(self, name: str) -> RunnableTool:
        if name not in self.tools:
            raise ToolNotFound(f"there is no tool named {name!r}")
        return self.tools[name]


class FakeSandbox:
    """Reflects every source as one async function of `parameters`, runs it as `does` says; keeps what it was asked."""

    def __init__(
        self,
        *,
        screening: Screening | None = None,
        does: Behaviour | None = None,
        error: Exception | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        self.screened: list[tuple[str, str, ToolPolicy]] = []
        self.runs: list[tuple[CustomTool, dict[str, Any], CallContext]] = []
        self._screening = screening
        self._does = does or (lambda arguments: "ran")
        self._error = error
        self._parameters = ANYTHING if parameters is None else parameters

    def beyond_default(self, policy: ToolPolicy) -> list[str]:
        """Leave every host and secret to administrators."""
        return [*policy.network, *policy.secrets]

    def limits(self) -> dict[str, float]:
        """Limit the memory."""
        return {"memory_mb": 256}

    async def screen(self, name: str, code: str, policy: ToolPolicy) -> Screening:
        """Return the verdict laid out beforehand, or one without findings."""
        self.screened.append((name, code, policy))
        return self._screening or Screening(reflection=a_reflection(name, self._parameters), program=code.encode())

    async def find_tools(self, code: str) -> ToolsFile:
        """Find nothing."""
        return ToolsFile()

    async def run(self, tool: CustomTool, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Do what the test says."""
        self.runs.append((tool, arguments, context))
        if self._error is not None:
            raise self._error
        result = self._does(arguments)
        return ToolOutcome(await result if isawaitable(result) else result, logs="printed\n", cpu_ms=1.0)

    async def status(self) -> dict[str, Any]:
        """Return a sandbox that works."""
        return {"level": 3, "layers": {"process": True}, "advice": []}


def a_reflection(entry: str = "reverse_string", parameters: dict[str, Any] | None = None) -> ToolReflection:
    """Return what a screen says of one async function."""
    return ToolReflection(
        entry=entry,
        shape="async",
        description="A tool of a test.",
        parameters=ANYTHING if parameters is None else parameters,
    )


def a_custom_tool(name: str = "reverse_string", **fields: Any) -> CustomTool:
    """Return a registered tool; `fields` replace what is made up here."""
    text = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    values: dict[str, Any] = {
        "id": "01900000-0000-7000-8000-000000000001",
        "user_id": "01900000-0000-7000-8000-00000000000a",
        "name": name,
        "description": "Reverse the characters in a string",
        "code": f"async def {name}(text: str) -> str:\n    return text[::-1]",
        "reflection": a_reflection(name, text),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return CustomTool(**{**values, **fields})


def _listing(tool: RunnableTool) -> ToolListing:
    return ToolListing(
        name=tool.name,
        description=tool.description,
        parameters=tool.parameters,
        tool_class=type(tool).__name__,
        kind="prebuilt",
        repeatable=tool.repeatable,
    )
