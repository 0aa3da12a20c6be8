"""Showing a key to its provider before it is saved: the list of models is asked for, which costs nothing."""

import time
from typing import Any, cast

import httpx2

from dynagent.core.language_models import Provider, ProviderKeyCheck, ProviderKeyCheckResult
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.text import clean_text
from dynagent.infrastructure.http.guarded import OutboundSettings, guarded_client
from dynagent.infrastructure.llm.errors import SHORTEST

TIMEOUT_S = 10.0
MAX_LISTED = 500
_WORDS = {
    401: "the provider does not take this key",
    403: "the provider knows this key, but it may not list models",
    404: "there is no list of models at this address",
    429: "the provider takes the key but asks for patience",
}


class HttpProviderKeyCheck(ProviderKeyCheck):
    """Asks `GET <url>/models` through the guarded client; redirects are not followed, they could carry the key away."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings.model_copy(update={"timeout_s": min(TIMEOUT_S, settings.timeout_s)})

    async def test(self, provider: Provider, key: str | None, url: str) -> ProviderKeyCheckResult:
        """Return what the provider said, without the key in it."""
        began = time.perf_counter()
        accepted, detail, models = await self._ask(provider, key, url)
        duration_ms = round((time.perf_counter() - began) * 1000, 1)
        detail = clean_text(detail)[:300]
        if key and len(key) >= SHORTEST:
            detail = detail.replace(key, "…")
        return ProviderKeyCheckResult(accepted=accepted, detail=detail, duration_ms=duration_ms, models=models)

    async def _ask(self, provider: Provider, key: str | None, url: str) -> tuple[bool, str, tuple[str, ...]]:
        try:
            async with guarded_client(self._settings, follow_redirects=False) as client:
                answer = await client.get(f"{url}/models", headers=_headers(provider, key))
        except DynagentError as error:
            return False, error.detail, ()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            return False, f"the provider cannot be reached: {type(error).__name__}", ()
        if answer.status_code == 200:
            models = _names(answer)
            return True, f"the provider takes this key and lists {len(models)} models", models
        return answer.status_code == 429, _WORDS.get(answer.status_code, f"HTTP {answer.status_code}"), ()


def _headers(provider: Provider, key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    if not key.isascii() or not key.isprintable():
        raise ValueError("a key holds printable ASCII characters only")
    if provider.id == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return {"api-key": key} if provider.key_header == "api-key" else {"Authorization": f"Bearer {key}"}


def _names(answer: httpx2.Response) -> tuple[str, ...]:
    try:
        listed: Any = answer.json()
    except ValueError:
        return ()
    items: Any = cast("dict[str, Any]", listed).get("data") if isinstance(listed, dict) else listed
    if not isinstance(items, list):
        return ()
    ids = [
        str(cast("dict[str, Any]", item).get("id", "")) for item in cast("list[Any]", items) if isinstance(item, dict)
    ]
    return tuple(clean_text(id)[:200] for id in ids[:MAX_LISTED] if id)
