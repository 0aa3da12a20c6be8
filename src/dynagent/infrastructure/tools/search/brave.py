"""Brave Search API."""

import httpx2

from dynagent.infrastructure.tools.search.port import Feature, SearchQuery, SearchResult
from dynagent.infrastructure.tools.search.wire import rows, send_for_json, text


class BraveSearch:
    """Needs a subscription token."""

    name = "brave"
    keyed = True
    cost_usd = 3.0
    features: frozenset[Feature] = frozenset({"sites", "time_range", "news", "pdf", "include_images"})

    def __init__(
        self, client: httpx2.AsyncClient, *, api_key: str, base_url: str = "https://api.search.brave.com"
    ) -> None:
        self._client = client
        self._key = api_key
        self._base_url = base_url

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        """Return the hits. Raises SearchFailed."""
        news = query.content_type == "news"
        suffix = " filetype:pdf" if query.content_type == "pdf" else ""
        parameters = {
            "q": query.text_with_sites() + suffix,
            "count": str(query.max_results),
            "safesearch": query.safe_search,
        }
        if query.time_range:
            parameters["freshness"] = "p" + query.time_range[0]
        request = self._client.build_request(
            "GET",
            f"{self._base_url}/res/v1/{'news' if news else 'web'}/search",
            params=parameters,
            headers={"X-Subscription-Token": self._key, "Accept": "application/json"},
        )
        answer = await send_for_json(self._client, self.name, request)
        return [
            SearchResult(
                title=text(item, "title"),
                url=text(item, "url"),
                snippet=text(item, "description"),
                image=text(item, "thumbnail", "src") or None,
                published=text(item, "page_age") or None,
            )
            for item in (rows(answer, "results") if news else rows(answer, "web", "results"))
        ]
