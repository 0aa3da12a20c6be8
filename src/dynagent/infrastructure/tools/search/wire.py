"""One request to a search provider, its failures told in one way, its answers read without trust."""

from typing import Any, cast

import httpx2
import orjson

from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.tools.search.port import SearchExhausted, SearchFailed


async def send(client: httpx2.AsyncClient, provider: str, request: httpx2.Request) -> httpx2.Response:
    """Return the answer to a request. Raises SearchExhausted on 402 and 429, SearchFailed on every other failure."""
    try:
        # A redirect would carry the key's header to another host.
        response = await client.send(request, follow_redirects=False)
    except httpx2.HTTPError as error:
        raise SearchFailed(f"{provider}: {type(error).__name__}: {error}") from error
    except DynagentError as error:
        raise SearchFailed(f"{provider}: {error.detail}") from error
    if response.status_code in (402, 429):
        raise SearchExhausted(f"{provider}: no more queries for now (HTTP {response.status_code})")
    if response.status_code >= 300:
        raise SearchFailed(f"{provider}: HTTP {response.status_code}{_reason(response)}")
    return response


async def send_for_json(client: httpx2.AsyncClient, provider: str, request: httpx2.Request) -> dict[str, Any]:
    """Return the JSON object a provider answers with. Raises SearchFailed when it is none."""
    response = await send(client, provider, request)
    try:
        answer = orjson.loads(response.content)
    except ValueError as error:
        raise SearchFailed(f"{provider}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise SearchFailed(f"{provider}: the answer is not a JSON object")
    return cast(dict[str, Any], answer)


def rows(answer: Any, *path: str) -> list[dict[str, Any]]:
    """Return the objects in the list at a path of an answer; whatever has another form counts as empty."""
    for part in path:
        answer = cast(dict[str, Any], answer).get(part) if isinstance(answer, dict) else None
    listed = cast(list[Any], answer) if isinstance(answer, list) else []
    return [cast(dict[str, Any], row) for row in listed if isinstance(row, dict)]


def text(row: Any, *path: str) -> str:
    """Return the text at a path of an object, empty when there is none."""
    for part in path:
        row = cast(dict[str, Any], row).get(part) if isinstance(row, dict) else None
    return row if isinstance(row, str) else ""


def _reason(response: httpx2.Response) -> str:
    try:
        answer = orjson.loads(response.content)
    except ValueError:
        return ""
    reason = text(answer, "error", "message") or text(answer, "message") or text(answer, "detail", "error")
    return f" ({reason[:200]})" if reason else ""
