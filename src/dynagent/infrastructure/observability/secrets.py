"""Keeping secrets out of logs: values under secret names, and secrets recognisable inside texts, are masked."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from dynagent.core.shared.secret_names import MASK, is_secret_name

MAX_DEPTH = 6

_SECRET_TEXT = re.compile(
    r"(?P<keep>(?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<url>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s/@]+(?=@)"
    r"|\b(?:sk|pk|rk|ghp|gho|hf|gsk|xox[abp])[-_][A-Za-z0-9_-]{12,}"
    # Our own: access keys, refresh tokens, tickets, one-time links, access tokens.
    r"|\bdyn[rtsp]?_[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
)
_SHORT = 64
"""Texts up to this length are looked at once: names, levels, routes and ids come again and again."""


def mask_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with every secret replaced by `***`, in nested mappings and lists too (six levels deep)."""
    return {name: _masked(name, value, MAX_DEPTH) for name, value in fields.items()}


def mask_text(text: str) -> str:
    """Return the text without bearer tokens, passwords in URLs and keys of well-known forms."""
    return _SECRET_TEXT.sub(lambda found: (found["keep"] or found["url"] or "") + MASK, text)


def _masked(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, str | bytes) and value and _is_secret_name(name):
        return MASK
    if isinstance(value, str):
        return _short_masked(value) if len(value) <= _SHORT else _long_masked(value)
    if depth == 0:
        return value
    if isinstance(value, Mapping):
        inner = cast("Mapping[Any, Any]", value)
        return {key: _masked(str(key), item, depth - 1) for key, item in inner.items()}
    if isinstance(value, list | tuple):
        items = cast("Sequence[Any]", value)
        return [_masked(name, item, depth - 1) for item in items]
    return value


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return is_secret_name(name)


def _long_masked(text: str) -> str:
    return mask_text(text) if _may_hold_secret(text) else text


_short_masked = lru_cache(maxsize=4096)(_long_masked)


def _may_hold_secret(text: str) -> bool:
    # The expression is slow on long texts without any of its landmarks; these tests are not.
    return "-" in text or "_" in text or "://" in text or "earer" in text or "asic" in text or " " in text
