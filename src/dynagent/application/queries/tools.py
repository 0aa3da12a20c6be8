"""Questions about tools."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.paging import MAX_LIMIT, Page
from dynagent.core.tools import ToolCatalogue, ToolKind, ToolListing


@dataclass(frozen=True)
class ListTools(Returns[Page[ToolListing]]):
    """The tools a caller can attach, sorted by name; `search` looks into name, description and tags."""

    search: str | None = None
    kind: ToolKind | None = None
    tag: str | None = None
    skip: int = 0
    limit: int = MAX_LIMIT


@dataclass(frozen=True)
class GetTool(Returns[ToolListing]):
    """One tool; a registered one with source and policy. Raises ToolNotFound."""

    name: str


class ListToolsHandler:
    """Handles ListTools."""

    def __init__(self, catalogue: ToolCatalogue) -> None:
        self._catalogue = catalogue

    async def __call__(self, message: ListTools, caller: Caller) -> Page[ToolListing]:
        """Return the page; tools are few, so all are read and the part is cut here."""
        found = _matching(await self._catalogue.listings(caller.user_id), message)
        part = found[message.skip : message.skip + message.limit]
        return Page(items=part, total=len(found), skip=message.skip, limit=message.limit)


class GetToolHandler:
    """Handles GetTool."""

    def __init__(self, catalogue: ToolCatalogue) -> None:
        self._catalogue = catalogue

    async def __call__(self, message: GetTool, caller: Caller) -> ToolListing:
        """Return the listing."""
        return await self._catalogue.get(message.name, caller.user_id)


def _matching(tools: Sequence[ToolListing], wanted: ListTools) -> list[ToolListing]:
    text = (wanted.search or "").lower()
    return [
        tool
        for tool in tools
        if (wanted.kind is None or tool.kind == wanted.kind)
        and (wanted.tag is None or wanted.tag in tool.tags)
        and (not text or any(text in field.lower() for field in (tool.name, tool.description, *tool.tags)))
    ]
