"""Each provider against a server that imitates its wire: what is asked, what is read, how failures are told."""

from collections.abc import Callable
from urllib.parse import parse_qs

import httpx2
import pytest

from dynagent.infrastructure.tools.search.bing import BingSearch
from dynagent.infrastructure.tools.search.brave import BraveSearch
from dynagent.infrastructure.tools.search.duckduckgo import DuckDuckGoSearch
from dynagent.infrastructure.tools.search.google import GoogleSearch
from dynagent.infrastructure.tools.search.port import (
    SearchExhausted,
    SearchFailed,
    SearchProvider,
    SearchQuery,
    SearchResult,
)
from tests.fakes.http_server import Reply, Seen
from tests.infrastructure.tools.search.fixtures import (
    BING,
    BING_NEWS,
    BRAVE,
    BRAVE_NEWS,
    DUCKDUCKGO,
    DUCKDUCKGO_CHALLENGE,
    GOOGLE,
    GOOGLE_IMAGES,
    as_json,
    provider_server,
)

Make = Callable[[httpx2.AsyncClient, str], SearchProvider]
MAKERS: dict[str, Make] = {
    "google": lambda client, url: GoogleSearch(client, api_key="g-key", engine_id="cx-1", base_url=url),
    "bing": lambda client, url: BingSearch(client, api_key="b-key", base_url=url),
    "brave": lambda client, url: BraveSearch(client, api_key="v-key", base_url=url),
    "duckduckgo": lambda client, url: DuckDuckGoSearch(client, base_url=url),
}
FULL = SearchQuery(
    text="python",
    max_results=5,
    sites=("python.org", "numpy.org"),
    time_range="week",
    content_type="pdf",
    safe_search="strict",
)


async def ask(name: str, reply: Reply, query: SearchQuery) -> tuple[Seen, list[SearchResult]]:
    async with provider_server(lambda _: reply) as (server, client):
        found = await MAKERS[name](client, server.url).search(query)
        return server.seen[0], found


async def test_google() -> None:
    seen, found = await ask("google", as_json(GOOGLE), FULL)
    assert seen.path == "/customsearch/v1"
    assert seen.query == {
        "key": "g-key",
        "cx": "cx-1",
        "q": "python (site:python.org OR site:numpy.org)",
        "num": "5",
        "safe": "active",
        "dateRestrict": "w1",
        "fileType": "pdf",
    }
    first = SearchResult("Python", "https://www.python.org/", "The language.", "https://www.python.org/logo.png")
    assert found[0] == first
    assert found[1].image is None


async def test_google_images_name_the_page_and_the_picture() -> None:
    seen, found = await ask("google", as_json(GOOGLE_IMAGES), SearchQuery(text="logo", content_type="images"))
    assert seen.query["searchType"] == "image"
    assert (found[0].url, found[0].image) == ("https://example.org/page", "https://i.example/logo.png")


async def test_bing() -> None:
    seen, found = await ask("bing", as_json(BING), FULL)
    assert (seen.path, seen.headers["ocp-apim-subscription-key"]) == ("/v7.0/search", "b-key")
    assert seen.query == {
        "q": "python (site:python.org OR site:numpy.org) filetype:pdf",
        "count": "5",
        "safeSearch": "Strict",
        "freshness": "Week",
    }
    assert found == [
        SearchResult(
            "Python", "https://www.python.org/", "The language.", "https://b.example/t.png", "2026-01-01T00:00:00"
        )
    ]


async def test_bing_news() -> None:
    seen, found = await ask(
        "bing", as_json(BING_NEWS), SearchQuery(text="release", content_type="news", time_range="year")
    )
    assert seen.path == "/v7.0/news/search"
    assert "freshness" not in seen.query
    assert found[0] == SearchResult("Release", "https://news.example/1", "A release.", "https://news.example/1.png")


async def test_brave() -> None:
    seen, found = await ask("brave", as_json(BRAVE), FULL)
    assert (seen.path, seen.headers["x-subscription-token"]) == ("/res/v1/web/search", "v-key")
    assert (seen.query["freshness"], seen.query["safesearch"], seen.query["count"]) == ("pw", "strict", "5")
    assert (found[0].published, found[0].image) == ("2026-01-01", "https://imgs.example/x.png")


async def test_brave_news() -> None:
    seen, found = await ask("brave", as_json(BRAVE_NEWS), SearchQuery(text="release", content_type="news"))
    assert seen.path == "/res/v1/news/search"
    assert found[0].url == "https://news.example/1"


async def test_duckduckgo_leaves_advertisements_out_and_follows_its_redirects_on_paper() -> None:
    seen, found = await ask("duckduckgo", Reply(headers={"Content-Type": "text/html"}, body=DUCKDUCKGO.encode()), FULL)
    assert (seen.method, seen.path) == ("POST", "/html/")
    form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
    assert form == {"q": "python (site:python.org OR site:numpy.org) filetype:pdf", "kp": "1", "df": "w"}
    assert found == [
        SearchResult("Welcome to Python.org", "https://www.python.org/?a=1&b=2", "The Python language & more."),
        SearchResult("Docs", "https://docs.python.org/3/"),
    ]


@pytest.mark.parametrize(
    "reply", [Reply(body=DUCKDUCKGO_CHALLENGE.encode()), Reply(202, body=b"<html>one moment</html>")]
)
async def test_duckduckgo_asking_for_a_person_counts_as_used_up(reply: Reply) -> None:
    with pytest.raises(SearchExhausted, match="whether a person asks"):
        await ask("duckduckgo", reply, SearchQuery(text="python"))


async def test_duckduckgo_may_find_nothing() -> None:
    _, found = await ask(
        "duckduckgo", Reply(body=b"<div class='no-results'>No results.</div>"), SearchQuery(text="qqq")
    )
    assert found == []


@pytest.mark.parametrize("name", list(MAKERS))
@pytest.mark.parametrize("status", [402, 429])
async def test_used_up(name: str, status: int) -> None:
    with pytest.raises(SearchExhausted, match=f"{name}: .*{status}"):
        await ask(name, as_json({"error": {"message": "quota"}}, status), SearchQuery(text="python"))


@pytest.mark.parametrize("name", list(MAKERS))
@pytest.mark.parametrize("status", [400, 403, 500])
async def test_refused_with_the_providers_reason(name: str, status: int) -> None:
    with pytest.raises(SearchFailed, match=rf"{name}: HTTP {status} \(API key not valid"):
        await ask(name, as_json({"error": {"message": "API key not valid"}}, status), SearchQuery(text="python"))


@pytest.mark.parametrize("name", ["google", "bing", "brave"])
@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b"\xff", b"", b"1"])
async def test_an_answer_of_another_form_fails(name: str, body: bytes) -> None:
    with pytest.raises(SearchFailed, match="not"):
        await ask(name, Reply(body=body), SearchQuery(text="python"))


@pytest.mark.parametrize("name", ["google", "bing", "brave"])
@pytest.mark.parametrize(
    "body", [{}, {"items": 5, "web": [], "webPages": None, "value": {}}, {"items": [1, None], "value": ["x"]}]
)
async def test_hostile_json_is_no_result(name: str, body: object) -> None:
    assert (await ask(name, as_json(body), SearchQuery(text="python")))[1] == []


@pytest.mark.parametrize("name", list(MAKERS))
async def test_a_redirect_takes_no_key_along(name: str) -> None:
    async with provider_server(lambda _: Reply(302, {"Location": "/elsewhere"})) as (server, client):
        with pytest.raises(SearchFailed, match=f"{name}: HTTP 302"):
            await MAKERS[name](client, server.url).search(SearchQuery(text="python"))
        assert len(server.seen) == 1


@pytest.mark.parametrize("name", list(MAKERS))
async def test_without_a_network_it_fails_in_words(name: str) -> None:
    async with provider_server(lambda _: Reply()) as (server, client):
        closed = server.url
        provider = MAKERS[name](client, closed.replace(str(server.port), "1"))
        with pytest.raises(SearchFailed, match=name):
            await provider.search(SearchQuery(text="python"))


def test_keys_and_prices_are_told() -> None:
    client = httpx2.AsyncClient()
    told = {name: (make(client, "").keyed, make(client, "").cost_usd > 0) for name, make in MAKERS.items()}
    assert told == {"google": (True, True), "bing": (True, True), "brave": (True, True), "duckduckgo": (False, False)}
