"""What changed between two states of something, as the audit log keeps it: by field, secrets masked, bounded."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from dynagent.core.shared.secret_names import MASK, is_secret_name, masked

MOST_BYTES_OF_A_VALUE = 1024
MOST_FIELDS = 64
OF_EVERY_ROW = frozenset({"id", "user_id", "created_at", "updated_at"})
"""Fields that say nothing about a change."""

_ABSENT = object()


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return JSON pointer → `{"before": …, "after": …}` of each field that differs; a state that is None has no fields.

    Both are JSON. A value is at most `MOST_BYTES_OF_A_VALUE` long, beyond `MOST_FIELDS` fields only their number is
    told, under the empty pointer.
    """
    found = list(_differing(before or {}, after or {}, ""))
    shown: dict[str, Any] = {pointer: _sides(pointer, old, new) for pointer, old, new in found[:MOST_FIELDS]}
    if len(found) > MOST_FIELDS:
        shown[""] = f"and {len(found) - MOST_FIELDS} more fields"
    return shown


def bounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON with its secrets masked and every value cut to what the audit log keeps."""
    return {
        name: MASK if _is_hidden(name) and value else _cut(_without_secrets(value))
        for name, value in list(values.items())[:MOST_FIELDS]
    }


def _differing(before: Mapping[str, Any], after: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*before, *after]):
        if not place and name in OF_EVERY_ROW:
            continue
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        pointer = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
        if old == new:
            continue
        sides = [side for side in (old, new) if side is not _ABSENT]
        nested = all(isinstance(side, Mapping) for side in sides) and any(sides)
        if nested and not _is_hidden(name):
            yield from _differing(_fields_of(old), _fields_of(new), pointer)
        else:
            yield pointer, old, new


def _fields_of(side: Any) -> Mapping[str, Any]:
    return {} if side is _ABSENT else cast("Mapping[str, Any]", side)


def _sides(pointer: str, old: Any, new: Any) -> dict[str, Any]:
    hidden = _is_hidden(pointer.rpartition("/")[2])
    sides = {"before": old, "after": new}
    return {
        side: (MASK if hidden and value else _cut(_without_secrets(value)))
        for side, value in sides.items()
        if value is not _ABSENT
    }


def _is_hidden(name: str) -> bool:
    return is_secret_name(name) or name.startswith("sealed_") or name.endswith(("_hash", "_encrypted"))


def _without_secrets(value: Any) -> Any:
    return masked({"": value})[""]


def _cut(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= MOST_BYTES_OF_A_VALUE:
        return value
    start = text.encode("utf-8", "surrogatepass")[:MOST_BYTES_OF_A_VALUE].decode("utf-8", "ignore")
    return f"{start} … ({size} bytes)"
