"""Which provider is asked: keys, features, price, permission, and the next one on failure."""

import asyncio

import httpx2
import pytest
from pydantic import ValidationError

from dynagent.infrastructure.http.breaker import Breaker
from dynagent.infrastructure.tools.search.choice import WebSearch, ranked
from dynagent.infrastructure.tools.search.engines import SearchEngines, SearchSettings
from dynagent.infrastructure.tools.search.port import (
    Feature,
    SearchExhausted,
    SearchFailed,
    SearchProvider,
    SearchQuery,
    SearchResult,
)
from dynagent.infrastructure.tools.search.quota import SearchQuota

QUERY = SearchQuery(text="python")


class FakeProvider:
    """Answers, fails or sleeps as the test says."""

    def __init__(
        self,
        name: str,
        *,
        cost_usd: float = 1.0,
        keyed: bool = True,
        features: frozenset[Feature] = frozenset(),
        error: SearchFailed | None = None,
        sleep_s: float = 0.0,
    ) -> None:
        self.name = name
        self.cost_usd = cost_usd
        self.keyed = keyed
        self.features = features
        self.asked = 0
        self._error = error
        self._sleep_s = sleep_s

    async def search(self, query: SearchQuery) -> list[SearchResult]:
        self.asked += 1
        await asyncio.sleep(self._sleep_s)
        if self._error:
            raise self._error
        return [SearchResult(self.name, f"https://{self.name}.example")]


def engines(**settings: str) -> SearchEngines:
    return SearchEngines(SearchSettings.model_validate(settings), httpx2.AsyncClient())


def web_search(engine: SearchEngines | None = None, *, per_minute: int = 0, timeout_s: float = 5.0) -> WebSearch:
    quota = SearchQuota(per_minute=per_minute, per_day=0)
    return WebSearch(engine or engines(), quota, timeout_s=timeout_s)


async def found_by(*providers: SearchProvider, query: SearchQuery = QUERY, timeout_s: float = 5.0) -> str:
    return (await web_search(timeout_s=timeout_s).search(query, user_id="ada", providers=providers)).provider


def test_only_providers_with_keys_and_permission_are_there() -> None:
    keys = {"google_search_api_key": "g", "google_search_engine_id": "cx", "bing_search_api_key": "b"}
    assert [provider.name for provider in engines().of_environment()] == ["duckduckgo"]
    assert [provider.name for provider in engines(google_search_api_key="g").of_environment()] == ["duckduckgo"]
    assert {provider.name for provider in engines(**keys).of_environment()} == {"google", "bing", "duckduckgo"}
    assert [p.name for p in engines(**keys, search_providers="bing").of_environment()] == ["bing"]
    assert engines(**keys, brave_search_api_key="v", search_providers=" Brave ,bing").permits("brave")


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_SEARCH_API_KEY", "secret-g")
    monkeypatch.setenv("GOOGLE_SEARCH_ENGINE_ID", "cx")
    settings = SearchSettings()
    assert settings.google_search_api_key.get_secret_value() == "secret-g"
    assert "secret-g" not in repr(settings)


def test_an_unknown_provider_in_the_settings_is_refused() -> None:
    with pytest.raises(ValidationError, match="'altavista'"):
        SearchSettings.model_validate({"search_providers": "altavista"})


def test_the_order_is_features_then_keys_then_price() -> None:
    dear = FakeProvider("dear", cost_usd=9, features=frozenset({"news", "sites"}))
    cheap = FakeProvider("cheap", cost_usd=1, features=frozenset({"sites"}))
    keyless = FakeProvider("keyless", cost_usd=0, keyed=False, features=frozenset({"sites"}))
    assert [p.name for p in ranked([keyless, dear, cheap], QUERY)] == ["cheap", "dear", "keyless"]
    news = SearchQuery(text="x", content_type="news", sites=("a.example",))
    assert [p.name for p in ranked([keyless, dear, cheap], news)] == ["dear", "cheap", "keyless"]


def test_an_agents_own_key_goes_before_the_environments() -> None:
    search = web_search(engines(bing_search_api_key="b", brave_search_api_key="v"))
    assert [p.name for p in search.providers(api_key="own")] == ["bing", "brave", "duckduckgo"]
    assert [p.name for p in search.providers(api_key="own", engine_id="cx")] == [
        "google",
        "bing",
        "brave",
        "duckduckgo",
    ]
    assert [p.name for p in search.providers(api_key="own", provider="brave")] == ["brave"]


def test_a_provider_asked_for_by_name_is_the_only_one() -> None:
    search = web_search(engines(bing_search_api_key="b"))
    assert [p.name for p in search.providers(provider="duckduckgo")] == ["duckduckgo"]
    assert search.providers(provider="google") == []
    assert search.providers(provider="duckduckgo", api_key="useless")[0].name == "duckduckgo"
    forbidden = web_search(engines(search_providers="bing"))
    assert forbidden.providers(provider="brave", api_key="own") == []


async def test_the_next_one_answers_when_one_fails() -> None:
    broken = FakeProvider("broken", cost_usd=0, error=SearchFailed("broken: HTTP 500"))
    spent = FakeProvider("spent", cost_usd=1, error=SearchExhausted("spent: quota"))
    assert await found_by(broken, spent, FakeProvider("good", cost_usd=2)) == "good"
    assert (broken.asked, spent.asked) == (1, 1)


async def test_a_slow_one_is_left_behind() -> None:
    slow = FakeProvider("slow", cost_usd=0, sleep_s=30)
    assert await found_by(slow, FakeProvider("good"), timeout_s=0.02) == "good"


async def test_when_all_fail_every_reason_is_told() -> None:
    one = FakeProvider("one", error=SearchFailed("one: HTTP 500"))
    two = FakeProvider("two", error=SearchExhausted("two: quota", retry_after_s=60))
    with pytest.raises(SearchFailed, match="one: HTTP 500; two: quota") as failure:
        await found_by(one, two)
    assert not isinstance(failure.value, SearchExhausted)
    with pytest.raises(SearchExhausted, match="two: quota") as exhausted:
        await found_by(two)
    assert exhausted.value.retry_after_s == 60


async def test_nobody_to_ask() -> None:
    with pytest.raises(SearchFailed, match="no search provider can be used"):
        await found_by()


async def test_a_used_up_quota_moves_on_without_asking() -> None:
    first, second = FakeProvider("first", cost_usd=0), FakeProvider("second", cost_usd=1)
    search = web_search(per_minute=1)
    answered = [(await search.search(QUERY, user_id="ada", providers=[first, second])).provider for _ in range(2)]
    assert answered == ["first", "second"]
    assert first.asked == 1


async def test_options_that_nobody_understands_are_named() -> None:
    provider = FakeProvider("simple", features=frozenset({"sites"}))
    query = SearchQuery(text="x", sites=("simple.example",), time_range="day", include_images=True, content_type="news")
    found = await web_search().search(query, user_id="ada", providers=[provider])
    assert found.ignored == {"time_range", "include_images", "news"}


async def test_a_provider_that_fails_again_and_again_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search would wait for its time-out otherwise."""
    search = web_search()
    broken = FakeProvider("broken", error=SearchFailed("broken: 500"), cost_usd=0.1)
    sound = FakeProvider("sound")
    monkeypatch.setattr(search, "_providers", [broken, sound])
    monkeypatch.setattr(search, "_breakers", {name: Breaker(failures=3, open_s=30) for name in ("broken", "sound")})
    for _ in range(5):
        found = await search.search(QUERY, user_id="u", providers=[broken, sound])
        assert found.provider == "sound"
    assert (broken.asked, sound.asked) == (3, 5)
    with pytest.raises(SearchFailed, match="is open") as refused:
        await search.search(QUERY, user_id="u", providers=[broken])
    assert "broken" in refused.value.detail

    own = FakeProvider("broken", error=SearchFailed("broken: 403"))
    for _ in range(5):
        with pytest.raises(SearchFailed, match="403"):
            await search.search(QUERY, user_id="u", providers=[own])
    assert own.asked == 5, "an agent's own key has no part in this"
    own_exhausted = FakeProvider("sound", error=SearchExhausted("sound: 429"))
    monkeypatch.setattr(search, "_providers", [own_exhausted])
    for _ in range(5):
        with pytest.raises(SearchExhausted):
            await search.search(QUERY, user_id="u", providers=[own_exhausted])
    assert own_exhausted.asked == 5, "who says that it is too much is there"


@pytest.mark.parametrize(
    ("region", "restricted", "left"),
    [
        ("", "google:CN,bing:CN+RU", {"bing", "brave", "duckduckgo"}),
        ("RU", "google:CN,bing:CN+RU", {"brave", "duckduckgo"}),
        ("cn", "bing:CN,brave:cn", {"duckduckgo"}),
        ("DE", "bing:CN", {"bing", "brave", "duckduckgo"}),
    ],
)
def test_a_provider_is_not_asked_where_it_must_not_be(region: str, restricted: str, left: set[str]) -> None:
    keys = {"bing_search_api_key": "k", "brave_search_api_key": "k"}
    settings = SearchSettings.model_validate({**keys, "search_region": region, "search_restricted": restricted})
    engines = SearchEngines(settings, httpx2.AsyncClient())
    assert {provider.name for provider in engines.of_environment()} == left
    assert (engines.with_key("bing", "own", "") is not None) == ("bing" in left)


@pytest.mark.parametrize("text", ["yahoo:CN", "bing", "bing:CHN", "bing:C1"])
def test_a_restriction_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="form provider:CC"):
        SearchSettings.model_validate({"search_restricted": text})
