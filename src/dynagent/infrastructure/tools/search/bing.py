"""Bing Web Search API v7, and whatever speaks its protocol (BING_SEARCH_ENDPOINT)."""

from typing import Any

import httpx2

from dynagent.infrastructure.tools.search.port import Feature, SearchQuery, SearchResult
from dynagent.infrastructure.tools.search.wire import rows, send_for_json, text

_PATHS = {"news": "/v7.0/news/search", "images": "/v7.0/images/search"}


class BingSearch:
    """Needs a subscription key. A time range of a year is not known to it; a month is the longest."""

    name = "bing"
    keyed = True
    cost_usd = 15.0
    features: frozenset[Feature] = frozenset({"sites", "time_range", "news", "images", "pdf", "include_images"})

    def __init__(
        self, client: httpx2.AsyncClient, *, api_key: str, base_url: str = "https://api.bing.microsoft.com"
    ) -> None:
        self._client = client
        self._key = api_key
        self._base_url = base_url

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        """Return the hits. Raises SearchFailed."""
        path = _PATHS.get(query.content_type, "/v7.0/search")
        request = self._client.build_request(
            "GET",
            self._base_url + path,
            params=_parameters(query),
            headers={"Ocp-Apim-Subscription-Key": self._key},
        )
        answer = await send_for_json(self._client, self.name, request)
        found = rows(answer, "value") or rows(answer, "webPages", "value")
        return [_result(item) for item in found]


def _parameters(query: SearchQuery) -> dict[str, str]:
    suffix = " filetype:pdf" if query.content_type == "pdf" else ""
    parameters = {
        "q": query.text_with_sites() + suffix,
        "count": str(query.max_results),
        "safeSearch": query.safe_search.capitalize(),
    }
    if query.time_range and query.time_range != "year":
        parameters["freshness"] = query.time_range.capitalize()
    return parameters


def _result(item: dict[str, Any]) -> SearchResult:
    image = text(item, "contentUrl") or text(item, "thumbnailUrl") or text(item, "image", "thumbnail", "contentUrl")
    return SearchResult(
        title=text(item, "name"),
        url=text(item, "hostPageUrl") or text(item, "url"),
        snippet=text(item, "snippet") or text(item, "description"),
        image=image or None,
        published=text(item, "datePublished") or None,
    )
