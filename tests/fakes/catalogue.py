"""Tools in memory: a catalogue with a calculator and what was registered, a store, a sandbox that believes all."""

from collections.abc import Sequence
from typing import Any

from dynagent.core.shared.errors import Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.tools import (
    CallContext,
    CustomTool,
    CustomTools,
    Finding,
    RunnableTool,
    Screening,
    ToolFilter,
    ToolListing,
    ToolNotFound,
    ToolOutcome,
    ToolPolicy,
    ToolReflection,
    ToolsFile,
    ToolVersion,
    same_looking,
)

SCHEMA = {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]}


class FakeTool:
    """A tool that answers with its result, or raises `error`; `calls` keeps the arguments."""

    def __init__(self, name: str, result: Any = "done", error: Exception | None = None) -> None:
        self.name = name
        self.description = f"The tool {name}."
        self.parameters: dict[str, Any] = SCHEMA
        self.repeatable = True
        self.result = result
        self.error = error
        self.calls: list[tuple[dict[str, Any], CallContext]] = []

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Answer."""
        self.calls.append((arguments, context))
        if self.error is not None:
            raise self.error
        return ToolOutcome(self.result, logs="printed\n")


class FakeCustomTools(CustomTools):
    """Registered tools by id."""

    def __init__(self) -> None:
        self.stored: dict[str, CustomTool] = {}
        self.kept: dict[str, dict[int, ToolVersion]] = {}

    async def create(self, entity: CustomTool) -> CustomTool:
        """Keep."""
        self._keep(entity)
        return entity

    async def get_by_id(self, id: str) -> CustomTool | None:
        """Find."""
        return self.stored.get(id)

    async def update(self, entity: CustomTool) -> CustomTool:
        """Keep."""
        self._keep(entity)
        return entity

    async def delete(self, id: str) -> bool:
        """Forget."""
        return self.stored.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[CustomTool]:
        """List."""
        return list(self.stored.values())[skip : skip + limit]

    async def get_by_name(self, name: str) -> CustomTool | None:
        """Find."""
        return next((tool for tool in self.stored.values() if tool.name == name), None)

    async def get_by_names(self, names: Sequence[str]) -> list[CustomTool]:
        """Find."""
        return [tool for tool in self.stored.values() if tool.name in names]

    async def versions(self, id: str, page: PageRequest) -> Page[ToolVersion]:
        """List, newest first."""
        kept = list(self.kept[id].values())[::-1]
        part = kept[page.skip : page.skip + page.limit]
        return Page(items=part, total=len(kept), skip=page.skip, limit=page.limit)

    async def get_version(self, id: str, version: int) -> ToolVersion | None:
        """Find."""
        return self.kept[id].get(version)

    def _keep(self, tool: CustomTool) -> None:
        self.stored[tool.id] = tool
        fields = {name: getattr(tool, name) for name in ("version", "description", "code", "policy", "tags")}
        version = ToolVersion(**fields, parameters=tool.reflection.parameters, created_at=tool.updated_at)
        self.kept.setdefault(tool.id, {}).setdefault(tool.version, version)


class FakeCatalogue:
    """Knows the fake tools given as prebuilt ones, and what is in the store."""

    def __init__(self, custom: FakeCustomTools | None = None, *tools: FakeTool) -> None:
        self.custom = custom or FakeCustomTools()
        self.prebuilt = {tool.name: tool for tool in tools or (FakeTool("calculator", "437"), FakeTool("chatbot"))}

    async def listings(self, user_id: str) -> Sequence[ToolListing]:
        """List, sorted by name."""
        prebuilt = [
            ToolListing(
                name=tool.name,
                description=tool.description,
                parameters=tool.parameters,
                tool_class=tool.name.title(),
                kind="prebuilt",
            )
            for tool in self.prebuilt.values()
        ]
        custom = [_listing(tool) for tool in self.custom.stored.values()]
        return sorted([*prebuilt, *custom], key=lambda tool: tool.name)

    async def find(self, user_id: str, wanted: ToolFilter, page: PageRequest) -> Page[ToolListing]:
        """Filter and cut; no cursors."""
        found = [tool for tool in await self.listings(user_id) if wanted.matches(tool)]
        part = found[page.skip : page.skip + page.limit]
        return Page(items=part, total=len(found), skip=page.skip, limit=page.limit)

    async def get(self, name: str, user_id: str) -> ToolListing:
        """Find."""
        for tool in await self.listings(user_id):
            if tool.name == name:
                return tool
        raise ToolNotFound(f"there is no tool named {name!r}")

    async def unknown(self, names: Sequence[str], user_id: str) -> list[str]:
        """Compare."""
        known = {tool.name for tool in await self.listings(user_id)}
        return [name for name in names if name not in known]

    async def resolve(
        self, names: Sequence[str], user_id: str, settings: dict[str, tuple[str, dict[str, Any]]] | None = None
    ) -> list[RunnableTool]:
        """Find the fake tools."""
        if missing := [name for name in names if name not in self.prebuilt]:
            raise ToolNotFound(f"there is no tool named {missing[0]!r}")
        return [self.prebuilt[name] for name in names]

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
        """Compare loosely."""
        return same_looking(name) in {same_looking(known) for known in self.prebuilt}


class FakeSandbox:
    """Screens without looking: `findings` are what it says of every source, `error` what it raises instead."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.error: Exception | None = None
        self.screened: list[tuple[str, str]] = []
        self.file = ToolsFile()

    def beyond_default(self, policy: ToolPolicy) -> list[str]:
        """Leave every host and secret to administrators."""
        return [*policy.network, *policy.secrets]

    def limits(self) -> dict[str, float]:
        """Limit the memory."""
        return {"memory_mb": 256}

    async def screen(self, name: str, code: str, policy: ToolPolicy) -> Screening:
        """Say `findings`, or a reflection."""
        self.screened.append((name, code))
        if self.error is not None:
            raise self.error
        reflection = ToolReflection(entry=name, shape="async", description="Reflected.", parameters=SCHEMA)
        return Screening(self.findings, None if self.findings else reflection)

    async def find_tools(self, code: str) -> ToolsFile:
        """Find what the test has laid out."""
        if self.error is not None:
            raise self.error
        return self.file

    async def run(self, tool: CustomTool, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Answer with the tool's name."""
        return ToolOutcome(tool.name)

    async def status(self) -> dict[str, Any]:
        """Say that all is well."""
        return {"level": 3}


def _listing(tool: CustomTool) -> ToolListing:
    return ToolListing(
        name=tool.name,
        description=tool.description,
        parameters=tool.reflection.parameters,
        tool_class=tool.reflection.entry,
        kind="custom",
        version=tool.version,
        source=tool.code,
        policy=tool.policy,
    )
