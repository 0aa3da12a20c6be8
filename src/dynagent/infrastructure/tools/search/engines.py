"""Which search engines there are, by the keys that are there."""

import re
from collections.abc import Callable
from typing import Literal

import httpx2
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.infrastructure.tools.search.bing import BingSearch
from dynagent.infrastructure.tools.search.brave import BraveSearch
from dynagent.infrastructure.tools.search.duckduckgo import DuckDuckGoSearch
from dynagent.infrastructure.tools.search.google import GoogleSearch
from dynagent.infrastructure.tools.search.port import SearchProvider

ProviderName = Literal["google", "bing", "brave", "duckduckgo"]
_COUNTRIES = re.compile(r"[a-z]{2}(\+[a-z]{2})*")
PROVIDER_NAMES: tuple[ProviderName, ...] = ("google", "bing", "brave", "duckduckgo")


class SearchSettings(BaseSettings):
    """Keys and limits of web search. `search_providers` names those that may be used at all, in any order.

    Environment: GOOGLE_SEARCH_API_KEY with GOOGLE_SEARCH_ENGINE_ID, BING_SEARCH_API_KEY, BRAVE_SEARCH_API_KEY,
    `<PROVIDER>_SEARCH_ENDPOINT` (base address), SEARCH_PROVIDERS, SEARCH_RESTRICTED (`bing:CN+RU,google:CN`: in which
    countries which provider must not be asked) with SEARCH_REGION (the country that this server is in),
    SEARCH_PER_MINUTE and SEARCH_PER_DAY (per user and provider, 0: no limit), SEARCH_TIMEOUT_S (per provider).
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    google_search_api_key: SecretStr = SecretStr("")
    google_search_engine_id: str = ""
    google_search_endpoint: str = "https://www.googleapis.com"
    bing_search_api_key: SecretStr = SecretStr("")
    bing_search_endpoint: str = "https://api.bing.microsoft.com"
    brave_search_api_key: SecretStr = SecretStr("")
    brave_search_endpoint: str = "https://api.search.brave.com"
    duckduckgo_search_endpoint: str = "https://html.duckduckgo.com"
    search_providers: str = ",".join(PROVIDER_NAMES)
    search_region: str = Field(default="", pattern="^([A-Za-z]{2})?$")
    search_restricted: str = ""
    search_per_minute: int = Field(default=30, ge=0)
    search_per_day: int = Field(default=1000, ge=0)
    search_timeout_s: float = Field(default=8.0, gt=0)

    @field_validator("search_providers")
    @classmethod
    def _known(cls, text: str) -> str:
        unknown = [name for name in _listed(text) if name not in PROVIDER_NAMES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(PROVIDER_NAMES)}")
        return text

    @field_validator("search_restricted")
    @classmethod
    def _of_countries(cls, text: str) -> str:
        for entry in _listed(text):
            name, _, countries = entry.partition(":")
            if name not in PROVIDER_NAMES or not all(
                len(code) == 2 and code.isalpha() for code in countries.split("+")
            ):
                raise ValueError(
                    f"{entry!r} is not of the form provider:CC+CC, with one of {', '.join(PROVIDER_NAMES)}"
                )
        return text

    def restricted(self) -> frozenset[str]:
        """Return the providers that must not be asked from where this server is."""
        here = self.search_region.lower()
        entries = (entry.partition(":") for entry in _listed(self.search_restricted))
        return frozenset(name for name, _, countries in entries if here and here in countries.split("+"))


class SearchEngines:
    """Makes providers: those of the environment, and one with an agent's own key."""

    def __init__(self, settings: SearchSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    def of_environment(self) -> list[SearchProvider]:
        """Return every permitted provider whose keys are set."""
        settings = self._settings
        makers: dict[ProviderName, tuple[bool, Callable[[], SearchProvider]]] = {
            "google": (
                bool(settings.google_search_api_key.get_secret_value() and settings.google_search_engine_id),
                lambda: self.google(
                    settings.google_search_api_key.get_secret_value(), settings.google_search_engine_id
                ),
            ),
            "bing": (
                bool(settings.bing_search_api_key.get_secret_value()),
                lambda: self.bing(settings.bing_search_api_key.get_secret_value()),
            ),
            "brave": (
                bool(settings.brave_search_api_key.get_secret_value()),
                lambda: self.brave(settings.brave_search_api_key.get_secret_value()),
            ),
            "duckduckgo": (True, self.duckduckgo),
        }
        return [make() for name, (ready, make) in makers.items() if ready and self.permits(name)]

    def with_key(self, provider: str, api_key: str, engine_id: str) -> SearchProvider | None:
        """Return a provider with an agent's own key, None when it is not permitted here or takes no key."""
        if not self.permits(provider):
            return None
        if provider == "google" and engine_id:
            return self.google(api_key, engine_id)
        return {"bing": self.bing, "brave": self.brave}[provider](api_key) if provider in ("bing", "brave") else None

    def permits(self, provider: str) -> bool:
        """Say whether the operator lets this provider be used, where this server is."""
        listed = provider in _listed(self._settings.search_providers)
        return listed and provider not in self._settings.restricted()

    def google(self, api_key: str, engine_id: str) -> SearchProvider:
        """Return Google with a key and a search engine's id."""
        base_url = self._settings.google_search_endpoint
        return GoogleSearch(self._client, api_key=api_key, engine_id=engine_id, base_url=base_url)

    def bing(self, api_key: str) -> SearchProvider:
        """Return Bing with a key."""
        return BingSearch(self._client, api_key=api_key, base_url=self._settings.bing_search_endpoint)

    def brave(self, api_key: str) -> SearchProvider:
        """Return Brave with a key."""
        return BraveSearch(self._client, api_key=api_key, base_url=self._settings.brave_search_endpoint)

    def duckduckgo(self) -> SearchProvider:
        """Return DuckDuckGo."""
        return DuckDuckGoSearch(self._client, base_url=self._settings.duckduckgo_search_endpoint)


def _listed(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]
