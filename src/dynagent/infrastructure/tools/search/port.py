"""What a search is, what it gives, and what a provider must be able to do."""

from dataclasses import dataclass
from typing import Literal, Protocol

from dynagent.core.shared.errors import DynagentError, ErrorKind

TimeRange = Literal["day", "week", "month", "year"]
ContentType = Literal["any", "news", "images", "pdf"]
SafeSearch = Literal["off", "moderate", "strict"]
Feature = Literal["sites", "time_range", "news", "images", "pdf", "include_images"]


class SearchFailed(DynagentError):
    """A provider could not answer; another may."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "search_failed"


class SearchExhausted(SearchFailed):
    """A provider's rate or quota is used up for this user, or the provider says so itself."""

    code = "search_exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What to look for: 1 to 10 results, limited to sites (domains), a time range, a kind of content."""

    text: str
    max_results: int = 3
    include_images: bool = False
    sites: tuple[str, ...] = ()
    time_range: TimeRange | None = None
    content_type: ContentType = "any"
    safe_search: SafeSearch = "moderate"

    def features(self) -> frozenset[Feature]:
        """Return what a provider must be able to do to answer this fully."""
        wanted: set[Feature] = set()
        if self.sites:
            wanted.add("sites")
        if self.time_range:
            wanted.add("time_range")
        if self.include_images:
            wanted.add("include_images")
        if self.content_type != "any":
            wanted.add(self.content_type)
        return frozenset(wanted)

    def text_with_sites(self) -> str:
        """Return the query in the operator language most engines share: `text (site:a OR site:b)`."""
        sites = " OR ".join(f"site:{site}" for site in self.sites)
        return f"{self.text} ({sites})" if len(self.sites) > 1 else f"{self.text} {sites}".strip()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One hit: title, address, a piece of text, an image's address, when it was published (as the provider says)."""

    title: str
    url: str
    snippet: str = ""
    image: str | None = None
    published: str | None = None


class SearchProvider(Protocol):
    """One search engine. `cost_usd` is the price of a thousand queries, `keyed` whether it needs a key."""

    @property
    def name(self) -> str:
        """The name settings and results use."""
        ...

    @property
    def keyed(self) -> bool:
        """Whether a key stands behind it."""
        ...

    @property
    def cost_usd(self) -> float:
        """US dollars per thousand queries."""
        ...

    @property
    def features(self) -> frozenset[Feature]:
        """Which options it understands."""
        ...

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        """Return the hits, best first. Raises SearchFailed; options it does not understand are left out."""
        ...
