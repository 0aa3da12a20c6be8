"""What an endpoint's refusal means: HTTP statuses and error bodies to the errors of core.language_models."""

import email.utils
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dynagent.core.language_models import ModelError, ModelRateLimited, ModelRefused, ModelUnavailable
from dynagent.core.shared.text import clean_text

MAX_MESSAGE = 500
SHORTEST = 8
"""Shorter texts are no keys; taking them out of a sentence would only spoil it."""
_PARAMETERS = {"temperature": "temperature", "max_tokens": "max_tokens", "max_completion_tokens": "max_tokens"}
_ABOUT_SCHEMA = re.compile(r"response_?format|json_?schema|text\.format|structured.output", re.IGNORECASE)
_TRANSIENT = frozenset({408, 409, 425})


def error_from_status(status: int, headers: Mapping[str, str], body: str) -> ModelError:
    """Return the error for an HTTP status other than 2xx; header names in lower case, times in seconds.

    429 is a rate limit unless the account has no money left; 408, 409, 425 and 5xx may pass; the rest is a refusal.
    """
    reported = _error_object(body)
    message = _message(reported) or body.strip() or "no explanation"
    detail = f"the model endpoint answered {status}: {clean_text(message)[:MAX_MESSAGE]}"
    if status == 429 and reported.get("code") != "insufficient_quota":
        return ModelRateLimited(detail, retry_after_s=retry_after(headers))
    if status >= 500 or status in _TRANSIENT:
        return ModelUnavailable(detail, retry_after_s=retry_after(headers))
    param = reported.get("param")
    return ModelRefused(detail, extra={"status": status, "param": param if isinstance(param, str) else None})


def error_from_event(reported: Any) -> ModelError:
    """Return the error for an `error` object in the middle of a stream."""
    listed = _as_mapping(reported)
    detail = f"the model endpoint broke off: {clean_text(_message(listed) or str(reported))[:MAX_MESSAGE]}"
    kind = f"{listed.get('type')} {listed.get('code')}"
    if "rate_limit" in kind or "429" in kind:
        return ModelRateLimited(detail)
    return ModelRefused(detail) if "invalid_request" in kind else ModelUnavailable(detail)


def refused_parameter(error: ModelError) -> str | None:
    """Return the field of a ModelRequest that an endpoint does not take, None when the refusal is of another kind."""
    param = str(error.extra.get("param") or "")
    known = _PARAMETERS.get(param)
    # Endpoints that know no schemas seldom name the parameter; they name what they do not know.
    return known or ("output_schema" if _ABOUT_SCHEMA.search(f"{param} {error.detail}") else None)


def hide(secret: str | None, error: ModelError) -> None:
    """Take a key out of an error's words: some endpoints repeat what they were shown, and errors stand in traces."""
    if secret and len(secret) >= SHORTEST and secret in error.detail:
        error.detail = error.detail.replace(secret, "…")
        error.args = (error.detail,)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `retry-after-ms` or `retry-after` (seconds or HTTP date) ask for, None without."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        text = headers.get("retry-after", "")
        if not text:
            return None
        if text[0].isdigit():
            return max(0.0, float(text))
        return max(0.0, (email.utils.parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _error_object(body: str) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    listed = _as_mapping(read)
    return _as_mapping(listed.get("error")) or listed


def _message(reported: Mapping[str, Any]) -> str:
    message = reported.get("message") or reported.get("detail")
    return message if isinstance(message, str) else ""


def _as_mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]
