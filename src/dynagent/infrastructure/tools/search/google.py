"""Google Programmable Search (Custom Search JSON API, v1)."""

from typing import Any

import httpx2

from dynagent.infrastructure.tools.search.port import Feature, SearchQuery, SearchResult
from dynagent.infrastructure.tools.search.wire import rows, send_for_json, text

_AGES = {"day": "d1", "week": "w1", "month": "m1", "year": "y1"}


class GoogleSearch:
    """Needs an API key and the id of a search engine (`cx`). Safe search knows on and off only: moderate is on."""

    name = "google"
    keyed = True
    cost_usd = 5.0
    features: frozenset[Feature] = frozenset({"sites", "time_range", "images", "pdf", "include_images"})

    def __init__(
        self, client: httpx2.AsyncClient, *, api_key: str, engine_id: str, base_url: str = "https://www.googleapis.com"
    ) -> None:
        self._client = client
        self._key = api_key
        self._engine = engine_id
        self._url = f"{base_url}/customsearch/v1"

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        """Return the hits. Raises SearchFailed."""
        request = self._client.build_request("GET", self._url, params=self._parameters(query))
        answer = await send_for_json(self._client, self.name, request)
        return [_result(item, images=query.content_type == "images") for item in rows(answer, "items")]

    def _parameters(self, query: SearchQuery) -> dict[str, str]:
        parameters = {
            "key": self._key,
            "cx": self._engine,
            "q": query.text_with_sites(),
            "num": str(query.max_results),
            "safe": "off" if query.safe_search == "off" else "active",
        }
        if query.time_range:
            parameters["dateRestrict"] = _AGES[query.time_range]
        if query.content_type == "images":
            parameters["searchType"] = "image"
        if query.content_type == "pdf":
            parameters["fileType"] = "pdf"
        return parameters


def _result(item: dict[str, Any], *, images: bool) -> SearchResult:
    thumbnails = [*rows(item, "pagemap", "cse_image"), *rows(item, "pagemap", "cse_thumbnail")]
    image = text(item, "link") if images else next((text(thumbnail, "src") for thumbnail in thumbnails), "")
    page = text(item, "image", "contextLink") if images else ""
    return SearchResult(
        title=text(item, "title"),
        url=page or text(item, "link"),
        snippet=text(item, "snippet"),
        image=image or None,
    )
