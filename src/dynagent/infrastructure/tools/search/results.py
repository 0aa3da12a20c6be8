"""From raw hits to what an agent reads: filtered, without doubles, as plain text."""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from dynagent.core.shared.text import clean_text
from dynagent.infrastructure.tools.search.port import SearchQuery, SearchResult

MAX_SNIPPET = 500
MAX_TITLE = 200

_TAG = re.compile(r"<[^<>]{0,200}>")


def filtered(found: Iterable[SearchResult], query: SearchQuery) -> list[SearchResult]:
    """Return at most `max_results` hits with a web address, inside the wanted sites, each address once, cleaned."""
    selected: dict[str, SearchResult] = {}
    for result in found:
        url = _web_address(result.url)
        if url and _inside(url, query.sites):
            selected.setdefault(url.split("#")[0].rstrip("/"), _cleaned(result, url))
    return list(selected.values())[: query.max_results]


def as_text(results: list[SearchResult], query: SearchQuery, provider: str, ignored: frozenset[str]) -> str:
    """Return the results as numbered text: title, address, date, snippet, image; and which options were not applied."""
    note = f" (not applied here: {', '.join(sorted(ignored))})" if ignored else ""
    if not results:
        return f"No results for {query.text!r} from {provider}{note}."
    lines = [f"Results for {query.text!r} from {provider}{note}:"]
    for number, result in enumerate(results, 1):
        lines.append(f"\n{number}. {result.title or result.url}\n   {result.url}")
        about = " — ".join(part for part in (result.published, result.snippet) if part)
        if about:
            lines.append(f"   {about}")
        if result.image and (query.include_images or query.content_type == "images"):
            lines.append(f"   Image: {result.image}")
    return "\n".join(lines)


def _cleaned(result: SearchResult, url: str) -> SearchResult:
    return SearchResult(
        title=_plain(result.title, MAX_TITLE),
        url=url,
        snippet=_plain(result.snippet, MAX_SNIPPET),
        image=_web_address(result.image or "") or None,
        published=_plain(result.published or "", 40) or None,
    )


def _plain(text: str, limit: int) -> str:
    words = " ".join(html.unescape(_TAG.sub("", clean_text(text))).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def _web_address(url: str) -> str:
    """Return the address when it is http or https with a host, else nothing: no script or data addresses."""
    url = clean_text(url.strip())
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url) else ""


def _inside(url: str, sites: tuple[str, ...]) -> bool:
    host = (urlsplit(url).hostname or "").lower()
    return not sites or any(host == site or host.endswith("." + site) for site in sites)
