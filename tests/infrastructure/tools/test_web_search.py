"""The web_search tool from arguments to text, over the wire, with fallback."""

import pytest

from dynagent.core.tools import CallContext, InvalidArguments, ToolFailed, ToolUnconfigured
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.prebuilt import prebuilt_registry
from dynagent.infrastructure.tools.runnable import PrebuiltTool
from dynagent.infrastructure.tools.search.choice import WebSearch
from dynagent.infrastructure.tools.search.engines import SearchEngines, SearchSettings
from dynagent.infrastructure.tools.search.quota import SearchQuota
from dynagent.infrastructure.tools.web_search import DuckDuckGoTool, WebSearchTool
from tests.fakes.http_server import Reply, Seen
from tests.infrastructure.tools.search.fixtures import BING, DUCKDUCKGO, as_json, provider_server

CONTEXT = CallContext(user_id="ada", timeout_s=10.0)


def wire(seen: Seen) -> Reply:
    """Brave is broken, Bing and DuckDuckGo answer."""
    if seen.path.startswith("/res/"):
        return as_json({"message": "down"}, 500)
    return as_json(BING) if seen.path.startswith("/v7.0") else Reply(body=DUCKDUCKGO.encode())


async def call(
    config: dict[str, object], arguments: dict[str, object], *, tool: str = "web_search", **keys: str
) -> str:
    async with provider_server(wire) as (server, client):
        ends = {f"{name}_search_endpoint": server.url for name in ("google", "bing", "brave", "duckduckgo")}
        settings = SearchSettings.model_validate({**ends, **keys})
        search = WebSearch(SearchEngines(settings, client), SearchQuota(per_minute=10, per_day=10))
        factory = ConcreteToolFactory(prebuilt_registry(), {"search": search})
        made = PrebuiltTool("web_search", factory.create_tool(tool, config))
        return (await made.call({"query": "python", **arguments}, CONTEXT)).result


async def test_the_cheapest_fails_and_the_next_answers() -> None:
    text = await call({}, {}, bing_search_api_key="b", brave_search_api_key="v")
    assert text.startswith("Results for 'python' from bing:\n\n1. Python\n   https://www.python.org/")


async def test_without_keys_duckduckgo_answers() -> None:
    text = await call({}, {"max_results": 1})
    assert "from duckduckgo" in text
    assert text.count("https://") == 1


@pytest.mark.parametrize(("tool", "config"), [("duckduckgo", {}), ("web_search", {"provider": "duckduckgo"})])
async def test_a_chosen_provider(tool: str, config: dict[str, object]) -> None:
    assert "from duckduckgo" in await call(config, {}, tool=tool, bing_search_api_key="b")


async def test_a_key_of_the_agents_own() -> None:
    assert "from bing" in await call({"api_key": "own"}, {})
    with pytest.raises(ToolFailed, match=r"web search failed: brave: HTTP 500 \(down\)"):
        await call({"api_key": "own", "provider": "brave"}, {})


async def test_sites_restrict_what_comes_back() -> None:
    text = await call({}, {"sites": ["docs.python.org"], "content_type": "news"})
    assert "https://docs.python.org/3/" in text
    assert "www.python.org" not in text
    assert "not applied here: news" in text


async def test_unconfigured_it_says_so() -> None:
    for tool in (WebSearchTool(api_key="k"), DuckDuckGoTool()):
        with pytest.raises(ToolUnconfigured, match="no search provider"):
            await tool.execute({"query": "python"})


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_results": 0},
        {"max_results": 11},
        {"max_results": "3"},
        {"query": ""},
        {"query": "x" * 401},
        {"include_images": "yes"},
        {"sites": ["not a domain"]},
        {"sites": ["a.example OR site:b.example"]},
        {"time_range": "decade"},
        {"content_type": "video"},
        {"safe_search": "none"},
        {"unknown": 1},
    ],
)
async def test_arguments_outside_the_bounds(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArguments):
        await call({}, arguments)


def test_the_schema_shows_bounds_and_defaults() -> None:
    properties = WebSearchTool.parameters()["properties"]
    assert (properties["max_results"]["minimum"], properties["max_results"]["maximum"]) == (1, 10)
    assert properties["max_results"]["default"] == 3
    assert properties["include_images"]["default"] is False
    assert all("description" in part for part in properties.values())
