"""Raw hits become text: cleaned, without doubles, inside the wanted sites."""

import pytest

from dynagent.infrastructure.tools.search.port import SearchQuery, SearchResult
from dynagent.infrastructure.tools.search.results import as_text, filtered

QUERY = SearchQuery(text="python", max_results=3)


def test_doubles_and_the_rest_are_dropped() -> None:
    urls = [
        "https://a.example/",
        "https://a.example",
        "https://a.example/#top",
        "https://b.example/",
        "https://c.example",
        "https://d.example",
    ]
    found = filtered([SearchResult(url, url) for url in urls], QUERY)
    assert [result.url for result in found] == ["https://a.example/", "https://b.example/", "https://c.example"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/relative",
        "",
        "ftp://a.example",
        "http://",
        "http://[bad",
        "http://a b/",
    ],
)
def test_only_web_addresses_pass(url: str) -> None:
    assert filtered([SearchResult("x", url)], QUERY) == []
    assert filtered([SearchResult("x", "https://a.example", image=url)], QUERY)[0].image is None


def test_results_outside_the_sites_are_dropped() -> None:
    query = SearchQuery(text="x", sites=("python.org",))
    urls = [
        "https://docs.python.org/3",
        "https://python.org",
        "https://notpython.org",
        "https://python.org.evil.example",
    ]
    assert [result.url for result in filtered([SearchResult("t", url) for url in urls], query)] == urls[:2]


def test_markup_and_unstorable_characters_go() -> None:
    raw = SearchResult(
        "A &amp; <b>B</b>\x00", "https://a.example", "x\ud800\n  y <em>z</em>" + "!" * 900, published=" 2026 "
    )
    (result,) = filtered([raw], QUERY)
    assert (result.title, result.published) == ("A & B\ufffd", "2026")
    assert result.snippet.startswith("x\ufffd y z!")
    assert len(result.snippet) == 500


def test_the_text_an_agent_reads() -> None:
    results = [
        SearchResult("Python", "https://python.org", "The language.", "https://python.org/logo.png", "2026-01-01"),
        SearchResult("", "https://b.example"),
    ]
    query = SearchQuery(text="python", include_images=True)
    assert as_text(results, query, "brave", frozenset({"sites"})) == (
        "Results for 'python' from brave (not applied here: sites):\n"
        "\n1. Python\n   https://python.org\n   2026-01-01 — The language.\n   Image: https://python.org/logo.png\n"
        "\n2. https://b.example\n   https://b.example"
    )
    assert "Image:" not in as_text(results, QUERY, "brave", frozenset())
    assert as_text([], QUERY, "brave", frozenset()) == "No results for 'python' from brave."
