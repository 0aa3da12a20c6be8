"""Questions about tools."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.shared.paging import MAX_LIMIT, Page, PageRequest
from dynagent.core.tools import (
    CustomTool,
    CustomTools,
    ToolCatalogue,
    ToolKind,
    ToolListing,
    ToolNotFound,
    ToolVersion,
    ToolVersionNotFound,
)


@dataclass(frozen=True)
class ListTools(Query[Page[ToolListing]], needs="tools:read", scope="none"):
    """The tools a caller can attach, sorted by name; `search` looks into name, description and tags."""

    search: str | None = None
    kind: ToolKind | None = None
    tag: str | None = None
    skip: int = 0
    limit: int = MAX_LIMIT


@dataclass(frozen=True)
class GetTool(Query[ToolListing], needs="tools:read", raises=(ToolNotFound,), scope="none"):
    """One tool; a registered one with source and policy. Raises ToolNotFound."""

    name: str


@dataclass(frozen=True)
class ListToolVersions(Query[Page[ToolVersion]], needs="tools:read", raises=(ToolNotFound,)):
    """The versions of a registered tool, newest first. Raises ToolNotFound."""

    name: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetToolVersion(Query[ToolVersion], needs="tools:read", raises=(ToolNotFound, ToolVersionNotFound)):
    """One version of a registered tool. Raises ToolNotFound, ToolVersionNotFound."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class ListToolsHandler:
    """Handles ListTools."""

    catalogue: ToolCatalogue

    async def __call__(self, message: ListTools, caller: Caller) -> Page[ToolListing]:
        """Return the page; tools are few, so all are read and the part is cut here."""
        found = _matching(await self.catalogue.listings(caller.user_id), message)
        part = found[message.skip : message.skip + message.limit]
        return Page(items=part, total=len(found), skip=message.skip, limit=message.limit)


@dataclass(frozen=True, slots=True)
class GetToolHandler:
    """Handles GetTool."""

    catalogue: ToolCatalogue

    async def __call__(self, message: GetTool, caller: Caller) -> ToolListing:
        """Return the listing."""
        return await self.catalogue.get(message.name, caller.user_id)


@dataclass(frozen=True, slots=True)
class ListToolVersionsHandler:
    """Handles ListToolVersions."""

    tools: CustomTools

    async def __call__(self, message: ListToolVersions, caller: Caller) -> Page[ToolVersion]:
        """Return the page of versions."""
        tool = await _registered(self.tools, message.name)
        return await self.tools.versions(tool.id, message.page)


@dataclass(frozen=True, slots=True)
class GetToolVersionHandler:
    """Handles GetToolVersion."""

    tools: CustomTools

    async def __call__(self, message: GetToolVersion, caller: Caller) -> ToolVersion:
        """Return the version."""
        tool = await _registered(self.tools, message.name)
        version = await self.tools.get_version(tool.id, message.version)
        if version is None:
            raise ToolVersionNotFound(f"tool {tool.name} has no version {message.version}")
        return version


async def _registered(tools: CustomTools, name: str) -> CustomTool:
    tool = await tools.get_by_name(name)
    if tool is None:
        raise ToolNotFound(f"there is no registered tool named {name!r}")
    return tool


def _matching(tools: Sequence[ToolListing], wanted: ListTools) -> list[ToolListing]:
    text = (wanted.search or "").lower()
    return [
        tool
        for tool in tools
        if (wanted.kind is None or tool.kind == wanted.kind)
        and (wanted.tag is None or wanted.tag in tool.tags)
        and (not text or any(text in field.lower() for field in (tool.name, tool.description, *tool.tags)))
    ]
