"""A guarded client that may speak to one stub server, and answers as the providers write them."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from dynagent.infrastructure.http.guarded import OutboundSettings, guarded_client
from tests.fakes.http_server import Answer, Reply, StubServer, stub_server


@asynccontextmanager
async def provider_server(answer: Answer) -> AsyncGenerator[tuple[StubServer, httpx2.AsyncClient]]:
    """Serve `answer`; the client may reach that server and nothing else on this machine."""
    async with stub_server(answer) as server:
        settings = OutboundSettings(allow=f"127.0.0.1:{server.port}")
        async with guarded_client(settings) as client:
            yield server, client


def as_json(body: Any, status: int = 200) -> Reply:
    """Return a JSON reply."""
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


GOOGLE = {
    "kind": "customsearch#search",
    "items": [
        {
            "title": "Python",
            "link": "https://www.python.org/",
            "snippet": "The language.",
            "pagemap": {"cse_image": [{"src": "https://www.python.org/logo.png"}]},
        },
        {"title": "Docs", "link": "https://docs.python.org/", "snippet": "The documentation."},
    ],
}
GOOGLE_IMAGES = {
    "items": [
        {"title": "Logo", "link": "https://i.example/logo.png", "image": {"contextLink": "https://example.org/page"}},
    ]
}
BING = {
    "_type": "SearchResponse",
    "webPages": {
        "value": [
            {
                "name": "Python",
                "url": "https://www.python.org/",
                "snippet": "The language.",
                "datePublished": "2026-01-01T00:00:00",
                "thumbnailUrl": "https://b.example/t.png",
            }
        ]
    },
}
BING_NEWS = {
    "value": [
        {
            "name": "Release",
            "url": "https://news.example/1",
            "description": "A release.",
            "image": {"thumbnail": {"contentUrl": "https://news.example/1.png"}},
        }
    ]
}
BRAVE = {
    "web": {
        "results": [
            {
                "title": "Python",
                "url": "https://www.python.org/",
                "description": "The <strong>language</strong>.",
                "page_age": "2026-01-01",
                "thumbnail": {"src": "https://imgs.example/x.png"},
            }
        ]
    }
}
BRAVE_NEWS = {"results": [{"title": "Release", "url": "https://news.example/1", "description": "A release."}]}
DUCKDUCKGO = """<!DOCTYPE html><html><body><div id="links" class="results">
<div class="result results_links results_links_deep result--ad"><h2 class="result__title">
<a rel="nofollow" class="result__a"
 href="https://duckduckgo.com/y.js?ad_domain=shop.example&amp;u3=x">Buy snakes</a></h2>
<a class="result__snippet" href="https://duckduckgo.com/y.js?ad_domain=shop.example">Cheap snakes.</a></div>
<div class="result results_links results_links_deep web-result"><h2 class="result__title">
<a rel="nofollow" class="result__a"
 href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fwww.python.org%2F%3Fa%3D1%26b%3D2&amp;rut=9f">
Welcome to <b>Python</b>.org</a></h2>
<a class="result__snippet" href="//duckduckgo.com/l/?uddg=x">The <b>Python</b> language &amp; more.</a></div>
<div class="result web-result"><h2 class="result__title">
<a class="result__a" href="https://docs.python.org/3/">Docs</a></h2></div>
</div></body></html>"""
DUCKDUCKGO_CHALLENGE = (
    """<html><body><div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div></body></html>"""
)
