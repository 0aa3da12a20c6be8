"""What an endpoint's refusal means: HTTP statuses and error bodies to the errors of core.language_models."""

import email.utils
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from dynagent.core.language_models import ContextTooLong, ModelError, ModelRateLimited, ModelRefused, ModelUnavailable
from dynagent.core.shared.text import clean_text

EMPTY_STREAM = "empty_stream"
"""In an error's `extra`: a stream was begun, and nothing came in it."""
MAX_MESSAGE = 500
SHORTEST = 8
"""Shorter texts are no keys; taking them out of a sentence would only spoil it."""
_TRANSIENT = frozenset({408, 409, 425})
_ABOUT_LENGTH = frozenset({400, 413, 422, 500})
_NO_MONEY = re.compile(r"insufficient_quota|billing_hard_limit_reached")
_NO_MONEY_IN_WORDS = re.compile(rf"{_NO_MONEY.pattern}|exceeded your current quota", re.IGNORECASE)
_REFUSED = re.compile(r"invalid_request|authentication|permission|not_found|\b40[0-6]\b|\b413\b|\b422\b")
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size)[^.]{0,60}exceed|exceed[^.]{0,60}context[ _-]?(?:length|window|size)"
    r"|maximum context"
    r"|prompt is too long|input is too long|too many tokens in (?:the )?(?:prompt|input)|context_length_exceeded"
    r"|(?:prompt|input)[^.]{0,40}(?:longer than|exceeds)[^.]{0,40}(?:context|token|model)"
    r"|reduce the length of the (?:messages|prompt|input)"
    r"|exceed[^.]{0,20}context limit|longer than the model's context|contextwindowexceeded"
    r"|maximum input length is|input tokens, limit is|input tokens exceed|length is \d+ while limit is"
    r"|(?:initial prompt|tokens)[^.]{0,60}(?:greater|more) than the context length|context length of only \d"
    r"|input length \d+ exceeds|range of input length should be|too many tokens: total"
    r"|tokens in request more than max tokens allowed"
    r"|`inputs` tokens \+ `max_new_tokens` must be",
    re.IGNORECASE,
)
_WINDOW = re.compile(
    r"(?:maximum|max|context|limit|available)[^0-9]{0,60}?([0-9][0-9,]{2,9})(?: ?tokens| ?\)|\b)", re.IGNORECASE
)
_ABOVE = re.compile(r">\s*([0-9][0-9,]{2,9})")
"""`190000 + 20000 > 200000`: the window stands behind what it was too small for."""
_KEYS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|AIza)[-_][A-Za-z0-9_*.-]{8,}|\bAIza[A-Za-z0-9_-]{20,}|(?<=Bearer )[^\s\"']{8,}"
)
_PART = re.compile(
    r"(?:and\s+)?"
    r"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])"
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AGAIN_IN = re.compile(
    r"(?:try again|retry|retry after|retry in|wait)\D{0,20}?((?:\d+(?:\.\d+)?\s*[a-z]+(?:,? and)?[ ,]*)+)",
    re.IGNORECASE,
)
_EPOCH = 1e9


def error_from_status(status: int, headers: Mapping[str, str], body: str) -> ModelError:
    """Return the error for an HTTP status other than 2xx; header names in lower case, times in seconds.

    429 is a rate limit unless the account has no money left; 408, 409, 425 and 5xx may pass; the rest is a refusal.
    A conversation that is too long is told apart by words, whatever the status.
    """
    reported = _error_object(body)
    words = clean_text(mask(_message(reported) or body.strip() or "no explanation"))[:MAX_MESSAGE]
    detail = f"the model endpoint answered {status}: {words}"
    param = reported.get("param")
    extra = {"status": status, "param": param if isinstance(param, str) else None}
    if status in _ABOUT_LENGTH and is_too_long(reported.get("code"), words):
        return ContextTooLong(detail, extra={**extra, "window_tokens": window_reported(words)})
    wait_s = retry_after(headers, words)
    if status == 429 and not _lacks_money(reported, words, wait_s):
        return ModelRateLimited(detail, retry_after_s=wait_s)
    if status >= 500 or status in _TRANSIENT:
        return ModelUnavailable(detail, retry_after_s=wait_s, extra=extra)
    return ModelRefused(detail, extra=extra)


def error_from_event(reported: Any) -> ModelError:
    """Return the error for an `error` object in the middle of a stream, or in a body that came with status 200."""
    listed = _inner(reported)
    words = clean_text(
        mask(_message(listed) or (reported if isinstance(reported, str) else json.dumps(reported, default=str)))
    )
    words = words[:MAX_MESSAGE]
    detail = f"the model endpoint broke off: {words}"
    code = listed.get("code") or listed.get("status_code") or listed.get("status") or listed.get("statusCode")
    kind = f"{listed.get('type')} {code}".lower()
    if is_too_long(code, words):
        return ContextTooLong(detail, extra={"window_tokens": window_reported(words)})
    if "rate_limit" in kind or "429" in kind:
        return ModelRateLimited(detail, retry_after_s=retry_after({}, words))
    return ModelRefused(detail) if _REFUSED.search(kind) else ModelUnavailable(detail)


def _lacks_money(reported: Mapping[str, Any], words: str, wait_s: float | None) -> bool:
    """Say whether an account is used up, which no waiting mends.

    Proxies keep the words only. The same words with a time to wait are a limit by the minute (Gemini).
    """
    codes = f"{reported.get('code')} {reported.get('type')}"
    return bool(_NO_MONEY.search(codes)) or (not wait_s and bool(_NO_MONEY_IN_WORDS.search(words)))


def is_too_long(code: Any, words: str) -> bool:
    """Say whether an endpoint complains that the conversation does not fit its model's window."""
    return code in ("context_length_exceeded", "exceed_context_size_error") or bool(_TOO_LONG.search(words))


def window_reported(words: str) -> int | None:
    """Return the window in tokens that a complaint names, None when it names none."""
    found = _ABOVE.search(words) or _WINDOW.search(words)
    return int(found[1].replace(",", "")) if found else None


def mask(text: str) -> str:
    """Return the text without what looks like a key: some endpoints repeat what they were shown."""
    return _KEYS.sub("…", text)


def mark_empty_stream(error: ModelError) -> None:
    """Mark the error of a stream that broke off with nothing in it. Silence is another matter."""
    if isinstance(error, ModelUnavailable):
        error.extra = {**error.extra, EMPTY_STREAM: True}


def hide(secret: str | None, error: ModelError) -> None:
    """Take a key out of an error's words: some endpoints repeat what they were shown, and errors stand in traces."""
    if secret and len(secret) >= SHORTEST and secret in error.detail:
        error.detail = error.detail.replace(secret, "…")
        error.args = (error.detail,)


def retry_after(headers: Mapping[str, str], words: str = "") -> float | None:
    """Return the seconds that an endpoint asks for, None without a wish.

    `retry-after-ms`, `retry-after` as seconds, as `1m30s`, as a date (judged by the endpoint's own `date`, its
    clock may be wrong) or as seconds since the epoch; else what the words of the refusal say.
    """
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except ValueError:
        pass
    # LiteLLM's proxy hands on a provider's headers with a prefix.
    asked = headers.get("retry-after") or headers.get("llm_provider-retry-after", "")
    # Where two proxies each wrote one, they stand behind each other.
    first = re.match(r"[\s\"']*(-?[\d.]+)\s*(?:[\"',;]|$)", asked)
    wish = _wish(first[1] if first else asked.strip(), headers.get("date", ""))
    if wish is None and (found := _AGAIN_IN.search(words)):
        wish = _duration(found[1])
    return None if wish is None or not math.isfinite(wish) else max(0.0, wish)


def _wish(text: str, date: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        moment = _moment(text)
        if moment is None:
            return _duration(text)
        return (moment - (_moment(date) or datetime.now(UTC))).total_seconds()
    if seconds > 1000 * _EPOCH:
        seconds /= 1000
    if seconds > _EPOCH:
        return seconds - (_moment(date) or datetime.now(UTC)).timestamp()
    return seconds


def _duration(text: str) -> float | None:
    parts = _PART.findall(text.lower())
    if not parts or _PART.sub("", text.lower()).strip(" ,.;"):
        return None
    return sum(float(number) * _UNITS[unit[:2] if unit.startswith("ms") else unit[:1]] for number, unit in parts)


def _moment(text: str) -> datetime | None:
    for read in (email.utils.parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _error_object(body: str) -> dict[str, Any]:
    try:
        return _inner(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _inner(read: Any) -> dict[str, Any]:
    """Return the object that says what went wrong: inside `error`, or the first of a list."""
    for _ in range(4):
        if isinstance(read, list):
            read = cast("list[Any]", read)[0] if read else None
        listed = _as_mapping(read)
        inside = listed.get("error") or listed.get("errors") or listed.get("base_resp")
        if not isinstance(inside, (dict, list)):
            return {**listed, "message": inside} if inside and not listed.get("message") else listed
        read = cast("Any", inside)
    return _as_mapping(read)


def _message(reported: Mapping[str, Any]) -> str:
    """Return the endpoint's words. A list of field errors is told with the places of the fields."""
    for name in ("message", "detail", "msg", "error_message", "error_msg", "status_msg", "reason", "title"):
        message = reported.get(name)
        if isinstance(message, str) and message:
            return message
        if isinstance(message, list):
            return "; ".join(map(_field_error, cast("list[Any]", message)))
        if isinstance(message, dict) and message:
            return _message(cast("dict[str, Any]", message)) or json.dumps(message, default=str)
    return ""


def _field_error(item: Any) -> str:
    listed = _as_mapping(item)
    place = listed.get("loc")
    path = ".".join(map(str, cast("list[Any]", place))) if isinstance(place, list) else ""
    words = _message(listed) or str(item)
    return f"{path}: {words}" if path else words


def _as_mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]
