"""DuckDuckGo's page for browsers without scripts: no key, read from its HTML."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from dynagent.infrastructure.tools.search.port import Feature, SearchExhausted, SearchQuery, SearchResult
from dynagent.infrastructure.tools.search.wire import send

_SAFETY = {"off": "-2", "moderate": "-1", "strict": "1"}
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Dynagent)", "Accept": "text/html", "Accept-Language": "en"}


class DuckDuckGoSearch:
    """Needs nothing but the network. It asks machines to prove themselves when they come too often."""

    name = "duckduckgo"
    keyed = False
    cost_usd = 0.0
    features: frozenset[Feature] = frozenset({"sites", "time_range", "pdf"})

    def __init__(self, client: httpx2.AsyncClient, *, base_url: str = "https://html.duckduckgo.com") -> None:
        self._client = client
        self._base_url = base_url

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        """Return the hits. Raises SearchFailed, SearchExhausted when the page asks for a proof of humanity."""
        suffix = " filetype:pdf" if query.content_type == "pdf" else ""
        form = {"q": query.text_with_sites() + suffix, "kp": _SAFETY[query.safe_search]}
        if query.time_range:
            form["df"] = query.time_range[0]
        request = self._client.build_request("POST", f"{self._base_url}/html/", data=form, headers=_HEADERS)
        response = await send(self._client, self.name, request)
        page = _ResultPage()
        page.feed(response.text)
        page.close()
        if not page.results and (response.status_code == 202 or page.challenged):
            raise SearchExhausted("duckduckgo: the page wants to know whether a person asks; try again later")
        return page.results


class _ResultPage(HTMLParser):
    """Collects `a.result__a` (title, address) and `.result__snippet`; advertisements are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[SearchResult] = []
        self.challenged = False
        self._field = ""
        self._tag = ""
        self._text: list[str] = []
        self._url = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        classes = (values.get("class") or "").split()
        if any(name.startswith("anomaly") for name in classes):
            self.challenged = True
        for field in ("result__a", "result__snippet"):
            if field in classes:
                self._field, self._tag, self._text = field, tag, []
                if field == "result__a":
                    self._url = _target(values.get("href") or "")

    def handle_data(self, data: str) -> None:
        if self._field:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._field or tag != self._tag:
            return
        text = " ".join("".join(self._text).split())
        if self._field == "result__a" and self._url:
            self.results.append(SearchResult(title=text, url=self._url))
        elif self._field == "result__snippet" and self._url and self.results:
            last = self.results.pop()
            self.results.append(SearchResult(title=last.title, url=last.url, snippet=text))
        self._field = ""


def _target(href: str) -> str:
    """Return the address behind DuckDuckGo's redirect, empty for an advertisement."""
    parts = urlsplit(urljoin("https://duckduckgo.com/", href))
    if parts.hostname and parts.hostname.endswith("duckduckgo.com"):
        targets = parse_qs(parts.query).get("uddg", [""])
        return targets[0] if parts.path == "/l/" else ""
    return parts.geturl()
