"""Results become JSON that every reader understands, or a typed error."""

import dataclasses
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import orjson
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.tools import ToolResultNotSerialisable
from dynagent.infrastructure.tools.results import json_safe


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Point(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    x: Decimal
    on: date


@dataclasses.dataclass
class Box:
    items: set[int]


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        (None, None),
        (True, True),
        ("text\x00\ud800", "text\ufffd\ufffd"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**200), str(-(2**200))),
        (1.5, 1.5),
        (Decimal("1.10"), "1.10"),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (time(1, 2), "01:02:00"),
        (timedelta(minutes=1), 60.0),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (PurePosixPath("a/b"), "a/b"),
        (b"\x00\xff", "AP8="),
        ((1, 2), [1, 2]),
        ({3, 1}, [1, 3]),
        (frozenset({"a"}), ["a"]),
        ({1: {"a\x00": (None,)}}, {"1": {"a\ufffd": [None]}}),
        (
            Point.model_validate({"x": 1, "on": "2026-01-01", "z": [Box({1})]}),
            {"x": "1", "on": "2026-01-01", "z": [{"items": [1]}]},
        ),
    ],
)
def test_what_becomes_of_values(value: Any, safe: Any) -> None:
    assert json_safe(value) == safe


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        Decimal("NaN"),
        object(),
        Fraction(1, 2),
        {None: 1},
        {(1, 2): 3},
        len,
        1j,
        (x for x in "ab"),
        Box,
    ],
)
def test_what_has_no_json_form_is_refused(value: Any) -> None:
    with pytest.raises(ToolResultNotSerialisable) as refusal:
        json_safe([value])
    assert refusal.value.code == "result_not_serialisable"


def test_endless_nesting_is_refused() -> None:
    around: list[Any] = []
    around.append(around)
    with pytest.raises(ToolResultNotSerialisable, match="nested deeper"):
        json_safe(around)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_json_survives_a_strict_encoder(value: Any) -> None:
    safe = json_safe(value)
    assert orjson.loads(orjson.dumps(safe)) == safe
    assert json_safe(safe) == safe
