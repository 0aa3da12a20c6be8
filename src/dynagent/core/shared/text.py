"""Text from outside made storable: models and tools may send what neither JSON nor PostgreSQL can hold."""

import unicodedata
from typing import Any, cast

REPLACEMENT = "\ufffd"
MAX_JSON_DEPTH = 100
"""Encoders, validators and recursive functions all end somewhere between 250 and 1000 levels."""


def clean_text(text: str) -> str:
    """Return the text with NUL characters and lone surrogates replaced by U+FFFD; clean text is returned as it is."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_json(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with every text in it cleaned, keys included; what lies deeper than 100 levels is U+FFFD."""
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, (dict, list, tuple)):
        return value
    if depth == MAX_JSON_DEPTH:
        return REPLACEMENT
    if isinstance(value, dict):
        entries = cast(dict[Any, Any], value).items()
        return {clean_json(key): clean_json(item, depth + 1) for key, item in entries}
    return [clean_json(item, depth + 1) for item in cast(list[Any], value)]


def has_unstorable(text: str) -> bool:
    """Say whether a text holds NUL characters or lone surrogates."""
    return clean_text(text) != text


def normal_tag(tag: str) -> str:
    """Return the form in which tags are compared: lower case, compatible characters as one, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", tag).lower().split())
