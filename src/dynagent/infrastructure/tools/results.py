"""Whatever a tool returns made into JSON that every reader understands, or refused."""

import base64
import dataclasses
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

import pydantic

from dynagent.core.shared.text import clean_text
from dynagent.core.tools import ToolResultNotSerialisable

MAX_DEPTH = 60
MAX_SAFE_INTEGER = 2**53 - 1


def json_safe(value: Any, depth: int = 0) -> Any:
    """Return the value as JSON types. Whole numbers beyond ±(2**53 - 1) become text, so that no reader rounds them.

    Raises ToolResultNotSerialisable for NaN, infinities, foreign objects, and structures nested deeper than 60.
    """
    if depth > MAX_DEPTH:
        raise ToolResultNotSerialisable(f"the result is nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return json_safe(value.value, depth + 1)
    if isinstance(value, (str, int, float, Decimal)):
        return _scalar(value)
    if isinstance(value, Mapping):
        entries = cast(Mapping[Any, Any], value).items()
        return {_key(key): json_safe(item, depth + 1) for key, item in entries}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = cast(list[Any], value)
        ordered = sorted(items, key=repr) if isinstance(value, (set, frozenset)) else items
        return [json_safe(item, depth + 1) for item in ordered]
    return json_safe(_plain(value), depth + 1)


def _scalar(value: str | int | float | Decimal) -> Any:
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, int):
        return int(value) if abs(value) <= MAX_SAFE_INTEGER else str(int(value))
    if not math.isfinite(value):
        raise ToolResultNotSerialisable("the result holds a number that is not finite")
    return str(value) if isinstance(value, Decimal) else float(value)


def _key(key: Any) -> str:
    safe = json_safe(key, MAX_DEPTH)
    if isinstance(safe, (str, int, float)):
        return str(safe)
    raise ToolResultNotSerialisable(f"the result has a key of type {type(key).__name__}")


def _plain(value: Any) -> Any:
    """Return what a well-known object consists of."""
    match value:
        case pydantic.BaseModel():
            return {name: getattr(value, name) for name in type(value).model_fields} | (value.model_extra or {})
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID() | PurePath():
            return str(value)
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case _:
            raise ToolResultNotSerialisable(f"the result has a part of type {type(value).__name__}, which is not JSON")
