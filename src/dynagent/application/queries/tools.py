"""Questions about tools."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.tools import (
    CustomTool,
    CustomTools,
    ToolCatalogue,
    ToolFilter,
    ToolListing,
    ToolNotFound,
    ToolVersion,
    ToolVersionNotFound,
)


@dataclass(frozen=True)
class ListTools(Query[Page[ToolListing]], needs="tools:read", raises=(MalformedInput,), scope="none"):
    """A page of the tools a caller can attach, sorted by name. Raises MalformedInput on a forged cursor."""

    wanted: ToolFilter = field(default_factory=ToolFilter)
    page: PageRequest = field(default_factory=PageRequest)


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
        """Return the page."""
        return await self.catalogue.find(caller.user_id, message.wanted, message.page)


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
