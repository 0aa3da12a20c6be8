"""Which provider answers a search: keyed before keyless, able before cheap, the next one when one fails."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from dynagent.infrastructure.http.breaker import Breaker
from dynagent.infrastructure.tools.search.engines import SearchEngines
from dynagent.infrastructure.tools.search.port import (
    SearchExhausted,
    SearchFailed,
    SearchProvider,
    SearchQuery,
    SearchResult,
)
from dynagent.infrastructure.tools.search.quota import SearchQuota
from dynagent.infrastructure.tools.search.results import filtered

log = structlog.get_logger(__name__)

FAILURES, OPEN_S = 3, 30.0
"""After how many failures in a row a provider is not asked, and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, who gave them, and which options that provider does not understand."""

    provider: str
    results: list[SearchResult]
    ignored: frozenset[str]


class WebSearch:
    """Searches the web for a user. `timeout_s` bounds one provider's answer, so that the next still has time."""

    def __init__(self, engines: SearchEngines, quota: SearchQuota, *, timeout_s: float = 8.0) -> None:
        self._engines = engines
        self._providers = engines.of_environment()
        self._quota = quota
        self._timeout_s = timeout_s
        # Only of the environment's: an agent's own wrong key says nothing about the service.
        self._breakers = {known.name: Breaker(failures=FAILURES, open_s=OPEN_S) for known in self._providers}

    def providers(self, *, provider: str = "auto", api_key: str = "", engine_id: str = "") -> Sequence[SearchProvider]:
        """Return who may answer: with an agent's own key that provider first, then the environment's.

        A provider asked for by name is the only one. Empty when it has no key or is not permitted.
        """
        wanted = provider if provider != "auto" else ("google" if engine_id else "bing")
        own = self._engines.with_key(wanted, api_key, engine_id) if api_key else None
        others = [known for known in self._providers if provider in ("auto", known.name)]
        return [own, *(known for known in others if known.name != own.name)] if own else others

    async def search(self, query: SearchQuery, *, user_id: str, providers: Sequence[SearchProvider]) -> Found:
        """Ask one after the other until one answers. Raises SearchExhausted, SearchFailed with every reason."""
        failures: list[SearchFailed] = []
        for provider in ranked(providers, query):
            try:
                await self._quota.spend(provider.name, user_id)
                found = await self._through_breaker(provider, query)
            except SearchFailed as failure:
                log.warning("search_provider_failed", provider=provider.name, reason=failure.detail)
                failures.append(failure)
                continue
            return Found(provider.name, filtered(found, query), query.features() - provider.features)
        raise _all_failed(failures)

    async def _through_breaker(self, provider: SearchProvider, query: SearchQuery) -> list[SearchResult]:
        """Ask, unless it failed again and again just now: then nobody waits for its time-out."""
        breaker = self._breakers.get(provider.name) if provider in self._providers else None
        if breaker is None:
            return await self._ask(provider, query)
        if open_s := breaker.ask():
            reason = f"{provider.name}: failed repeatedly and its circuit is open"
            raise SearchFailed(reason, retry_after_s=open_s)
        try:
            found = await self._ask(provider, query)
        except SearchExhausted:
            breaker.answered()
            raise
        except SearchFailed:
            breaker.failed()
            raise
        except BaseException:
            breaker.left()
            raise
        breaker.answered()
        return found

    async def _ask(self, provider: SearchProvider, query: SearchQuery) -> list[SearchResult]:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await provider.search(query)
        except TimeoutError:
            raise SearchFailed(f"{provider.name}: no answer within {self._timeout_s:g} s") from None


def ranked(providers: Iterable[SearchProvider], query: SearchQuery) -> list[SearchProvider]:
    """Return the providers in the order to ask: fewest missing options, then with a key, then the cheapest."""
    wanted = query.features()
    return sorted(providers, key=lambda known: (len(wanted - known.features), not known.keyed, known.cost_usd))


def _all_failed(failures: Sequence[SearchFailed]) -> SearchFailed:
    if not failures:
        return SearchFailed("no search provider can be used: it has no key here, or SEARCH_PROVIDERS does not name it")
    reported = "; ".join(failure.detail for failure in failures)
    waits = [failure.retry_after_s for failure in failures if failure.retry_after_s is not None]
    if all(isinstance(failure, SearchExhausted) for failure in failures):
        return SearchExhausted(reported, retry_after_s=min(waits, default=None))
    return SearchFailed(reported)
