"""From what a tool returns to JSON types, and from JSON arguments to what a tool's parameters ask for."""

import dataclasses
import datetime
import decimal
import enum
import math
import types
import typing
import uuid
from collections import deque
from collections.abc import Mapping, Sequence, Set, ValuesView
from typing import Any

_DEPTH = 100
_PLAIN = (str, int, float, bool, type(None))
_LISTS = (list, tuple, set, frozenset)
_SEQUENCES: tuple[type, ...] = (Sequence, Set, ValuesView, deque)
_BYTES: tuple[type, ...] = (bytes, bytearray, memoryview)


class NotSerialisable(Exception):
    """The value has no JSON form; the text names the place and the type."""


class Misfit(Exception):
    """An argument cannot be made into what the parameter asks for."""


def to_json(value: Any, depth: int = 0) -> Any:
    """Return the value as JSON types: models, dataclasses, dates, decimals, UUIDs, enums and sets are converted.

    Raises NotSerialisable, also for NaN, infinities and nesting deeper than 100.
    """
    if depth > _DEPTH:
        raise NotSerialisable(f"the result is nested deeper than {_DEPTH} levels")
    if isinstance(value, enum.Enum):
        return to_json(value.value, depth + 1)
    if isinstance(value, float) and not math.isfinite(value):
        raise NotSerialisable(f"the result holds {value}, which JSON cannot say")
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return {_key(key): to_json(item, depth + 1) for key, item in typing.cast("dict[Any, Any]", value).items()}
    if isinstance(value, _LISTS):
        return [to_json(item, depth + 1) for item in typing.cast("list[Any]", value)]
    return _converted(value, depth)


def _key(key: Any) -> str:
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float, datetime.date, uuid.UUID, decimal.Decimal)):
        return str(key)
    raise NotSerialisable(f"a key of the result is a {type(key).__name__}")


def _converted(value: Any, depth: int) -> Any:
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return to_json(fields, depth + 1)
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        return to_json(dump(mode="json"), depth + 1)
    if isinstance(value, Mapping):
        return to_json(dict(typing.cast("Mapping[Any, Any]", value)), depth + 1)
    if isinstance(value, _SEQUENCES) and not isinstance(value, _BYTES):
        return [to_json(item, depth + 1) for item in typing.cast("list[Any]", value)]
    raise NotSerialisable(f"the result holds a {type(value).__name__}, which has no JSON form")


def to_parameter(value: Any, hint: Any) -> Any:
    """Return a JSON value as the type a parameter asks for: model, dataclass, enum, date, set …, else as it is.

    Raises Misfit.
    """
    if hint in (str, int, bool, Any, None, type(None)):
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return to_parameter(value, inner[0])
    if origin in (typing.Union, types.UnionType):
        return _first_fit(value, inner)
    if origin is not None:
        return _collection(value, origin, inner)
    if isinstance(hint, type):
        return _instance(value, hint)
    return value


def _first_fit(value: Any, choices: tuple[Any, ...]) -> Any:
    if value is None and type(None) in choices:
        return None
    plain = [choice for choice in choices if isinstance(choice, type) and choice in _PLAIN]
    if any(type(value) is choice for choice in plain):
        return value
    for choice in choices:
        try:
            return to_parameter(value, choice)
        except Misfit:
            continue
    raise Misfit("the value fits none of the allowed types")


def _collection(value: Any, origin: Any, inner: tuple[Any, ...]) -> Any:
    if origin in (list, set, frozenset, tuple) and isinstance(value, list):
        items = typing.cast("list[Any]", value)
        if origin is tuple and Ellipsis not in inner:
            return tuple(to_parameter(item, hint) for item, hint in zip(items, inner, strict=False))
        made: Any = typing.cast("Any", origin)(to_parameter(item, inner[0]) for item in items)
        return made
    if origin is dict and isinstance(value, dict) and len(inner) == 2:
        pairs = typing.cast("dict[str, Any]", value)
        return {key: to_parameter(item, inner[1]) for key, item in pairs.items()}
    return typing.cast("Any", value)


def _instance(value: Any, hint: Any) -> Any:
    if typing.is_typeddict(hint):
        return value
    if isinstance(value, hint):
        return value
    try:
        return _made(value, hint)
    except Exception as error:
        raise Misfit(f"{hint.__name__}: {error}") from None


def _made(value: Any, hint: Any) -> Any:
    if callable(getattr(hint, "model_validate", None)):
        return hint.model_validate(value)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _dataclass(typing.cast("dict[str, Any]", value), hint)
    if hint in (datetime.date, datetime.datetime, datetime.time):
        return hint.fromisoformat(value)
    if hint in (decimal.Decimal, uuid.UUID):
        return hint(str(value))
    made = value
    if issubclass(typing.cast("type", hint), enum.Enum) or (
        hint in (set, frozenset, tuple) and isinstance(value, list)
    ):
        made = typing.cast("Any", hint)(value)
    return made


def _dataclass(value: dict[str, Any], hint: Any) -> Any:
    hints = typing.get_type_hints(hint, include_extras=True)
    return hint(**{name: to_parameter(item, hints.get(name, Any)) for name, item in value.items()})
