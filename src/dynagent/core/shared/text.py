"""Text from outside made storable: models and tools may send what neither JSON nor PostgreSQL can hold."""

from typing import Any

REPLACEMENT = "\ufffd"


def clean_text(text: str) -> str:
    """Return the text with NUL characters and lone surrogates replaced by U+FFFD; clean text is returned as it is."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_json(value: Any) -> Any:
    """Return a JSON value with every text in it cleaned, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_json(key): clean_json(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple)):
        return [clean_json(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def has_unstorable(text: str) -> bool:
    """Say whether a text holds NUL characters or lone surrogates."""
    return clean_text(text) != text
