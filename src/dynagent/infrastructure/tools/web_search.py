"""Web search as a tool."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from dynagent.core.tools import BaseTool, ToolFailed, ToolUnconfigured
from dynagent.infrastructure.tools.context import current_call
from dynagent.infrastructure.tools.search.choice import WebSearch
from dynagent.infrastructure.tools.search.engines import ProviderName
from dynagent.infrastructure.tools.search.port import ContentType, SafeSearch, SearchFailed, SearchQuery, TimeRange
from dynagent.infrastructure.tools.search.results import as_text

Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$", max_length=253)]


class WebSearchTool(BaseTool):
    """Search the web and return titles, addresses and short texts of the best results."""

    name = "web_search"
    needs = ("search",)

    def __init__(
        self,
        api_key: str | None = None,
        provider: Literal["auto"] | ProviderName = "auto",
        engine_id: str = "",
        search: WebSearch | None = None,
    ) -> None:
        self._api_key = api_key or ""
        self._provider = provider
        self._engine_id = engine_id
        self._search = search

    async def _arun(
        self,
        query: Annotated[str, Field(min_length=1, max_length=400)],
        *,
        max_results: Annotated[int, Field(ge=1, le=10)] = 3,
        include_images: bool = False,
        sites: Annotated[list[Domain], Field(max_length=10)] = [],  # noqa: B006 - read only, shows as default in the schema
        time_range: TimeRange | None = None,
        content_type: ContentType = "any",
        safe_search: SafeSearch = "moderate",
    ) -> str:
        """Search.

        query: What to look for, as typed into a search engine.
        max_results: How many results, 1 to 10.
        include_images: Also give the addresses of images.
        sites: Only results from these domains, for example ["python.org"].
        time_range: Only results this recent.
        content_type: What kind of result.
        safe_search: How strictly explicit content is left out.
        """
        if self._search is None:
            raise ToolUnconfigured(f"{self.name} has no search provider to ask")
        wanted = SearchQuery(
            text=query,
            max_results=max_results,
            include_images=include_images,
            sites=tuple(site.lower() for site in sites),
            time_range=time_range,
            content_type=content_type,
            safe_search=safe_search,
        )
        providers = self._search.providers(provider=self._provider, api_key=self._api_key, engine_id=self._engine_id)
        try:
            found = await self._search.search(wanted, user_id=current_call().user_id, providers=providers)
        except SearchFailed as failure:
            raise ToolFailed(f"web search failed: {failure.detail}", retry_after_s=failure.retry_after_s) from None
        return as_text(found.results, wanted, found.provider, found.ignored)


class DuckDuckGoTool(WebSearchTool):
    """Search the web with DuckDuckGo, which needs no key."""

    name: ClassVar[str] = "duckduckgo"

    def __init__(self, search: WebSearch | None = None) -> None:
        super().__init__(provider="duckduckgo", search=search)
