"""Fields that a provider adds to a reply and may want to see again, put together from their fragments."""

import hashlib
from typing import Any, cast

_JOINED = ("reason", "think", "signature", "text", "summary", "data")


def source_of(url: str, model: str) -> str:
    """Return a short name of a model at an endpoint that tells neither."""
    return hashlib.sha256(f"{url.rstrip('/')} {model}".encode()).hexdigest()[:16]


class FieldGatherer:
    """Joins what streams in pieces: texts of thoughts end to end, lists by the places of items, objects deeply."""

    __slots__ = ("_fields", "_texts")

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._fields: dict[str, Any] = {}

    def add(self, fields: dict[str, Any]) -> None:
        """Take the fields of one piece."""
        for name, value in fields.items():
            if isinstance(value, str):
                # Pieces are joined at the end: a long thought may come in very many.
                self._texts.setdefault(name, []).append(value)
            else:
                self._fields[name] = _merged(name, self._fields.get(name), value)

    def whole(self) -> dict[str, Any]:
        """Return the fields as they are now."""
        texts = {
            name: "".join(pieces) if name.lower().startswith(_JOINED) else pieces[-1]
            for name, pieces in self._texts.items()
        }
        return {**texts, **{name: _plain(value) for name, value in self._fields.items()}}


class _Pieces(list[str]):
    """A text in pieces inside a list or an object."""


def _merged(name: str, old: Any, new: Any) -> Any:
    if isinstance(new, str) and name in _JOINED[2:]:
        pieces: _Pieces = old if isinstance(old, _Pieces) else _Pieces()
        pieces.append(new)
        return pieces
    if isinstance(new, dict):
        whole: dict[str, Any] = cast("dict[str, Any]", old) if isinstance(old, dict) else {}
        for key, value in cast("dict[str, Any]", new).items():
            if value is not None:
                whole[key] = _merged(key, whole.get(key), value)
        return whole
    if isinstance(new, list):
        listed: list[Any] = cast("list[Any]", old) if type(old) is list else []
        for item in cast("list[Any]", new):
            _insert(listed, item)
        return listed
    return new


def _insert(listed: list[Any], item: Any) -> None:
    """Append an item, or let it go on with the last one when both say that they have one place."""
    last: Any = listed[-1] if listed else None
    if isinstance(item, dict) and isinstance(last, dict):
        before, after = cast("dict[str, Any]", last), cast("dict[str, Any]", item)
        if "index" in after and before.get("index") == after["index"] and before.get("type") == after.get("type"):
            _merged("", before, after)
            return
    listed.append(_merged("", None, item))


def _plain(value: Any) -> Any:
    if isinstance(value, _Pieces):
        return "".join(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    return value
