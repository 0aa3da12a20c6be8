"""From a signature to a JSON Schema and back: a table of parameters as people write them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic import Field

from dynagent.core.tools import InvalidArguments, arguments_schema, parameter_texts, read_arguments


class Unit(Enum):
    METRE = "m"
    FOOT = "ft"


class Place(pydantic.BaseModel):
    """Somewhere."""

    city: str = Field(description="The city.")
    population: int | None = Field(default=None, ge=0)


async def plain(text: str) -> str:
    return text


async def everything(
    text: str,
    count: int = 3,
    *,
    ratio: float = 0.5,
    flag: bool = False,
    maybe: str | None = None,
    either: int | str = 1,
    mode: Literal["fast", "slow"] = "fast",
    unit: Unit = Unit.METRE,
    tags: list[str] | None = None,
    pair: tuple[int, int] = (0, 0),
    table: dict[str, int] | None = None,
    bounded: Annotated[int, Field(ge=1, le=10)] = 3,
    place: Place | None = None,
    day: date | None = None,
    price: Decimal = Decimal("1.5"),
    anything: Any = None,
    defaulted: int = Field(default=7, gt=0, description="From the field."),
) -> None:
    """Take one of each.

    Args:
        text: What is written,
        count: How often. Colons: are allowed.
        bounded (int): Between 1 and 10.
        unknown: Not a parameter.
        place: Where.
    """


async def untyped(first, second=2):  # type: ignore[no-untyped-def] # pyright: ignore
    """No types at all."""


async def starred(name: str, *rest: str, **more: str) -> None:
    """Stars are left out."""


class Tool:
    async def method(self, text: str) -> None:
        """Have a self."""


SCHEMA = arguments_schema(everything)
PROPERTIES: dict[str, Any] = SCHEMA["properties"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("text", {"type": "string", "description": "What is written,"}),
        ("count", {"type": "integer", "default": 3, "description": "How often. Colons: are allowed."}),
        ("ratio", {"type": "number", "default": 0.5}),
        ("flag", {"type": "boolean", "default": False}),
        ("maybe", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
        ("either", {"anyOf": [{"type": "integer"}, {"type": "string"}], "default": 1}),
        ("mode", {"type": "string", "enum": ["fast", "slow"], "default": "fast"}),
        ("unit", {"$ref": "#/$defs/Unit", "default": "m"}),
        ("tags", {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}], "default": None}),
        ("bounded", {"type": "integer", "minimum": 1, "maximum": 10, "default": 3, "description": "Between 1 and 10."}),
        ("place", {"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}], "default": None, "description": "Where."}),
        ("day", {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None}),
        ("anything", {"default": None}),
        ("defaulted", {"type": "integer", "exclusiveMinimum": 0, "default": 7, "description": "From the field."}),
    ],
)
def test_parameters(name: str, part: dict[str, Any]) -> None:
    assert PROPERTIES[name] == part


def test_the_schema_is_closed_and_asks_for_what_has_no_default() -> None:
    assert SCHEMA["type"] == "object"
    assert SCHEMA["required"] == ["text"]
    assert SCHEMA["additionalProperties"] is False
    assert "title" not in SCHEMA
    assert "description" not in SCHEMA
    assert SCHEMA["$defs"]["Place"]["properties"]["city"]["description"] == "The city."


@pytest.mark.parametrize(
    ("function", "names", "required"),
    [
        (plain, ["text"], ["text"]),
        (untyped, ["first", "second"], ["first"]),
        (starred, ["name"], ["name"]),
        (Tool.method, ["text"], ["text"]),
        (Tool().method, ["text"], ["text"]),
        (lambda: None, [], []),
    ],
)
def test_other_shapes(function: Callable[..., Any], names: list[str], required: list[str]) -> None:
    schema = arguments_schema(function)
    assert list(schema["properties"]) == names
    assert schema.get("required", []) == required


def test_arguments_are_converted_to_the_signatures_types() -> None:
    read = read_arguments(
        everything,
        {"text": "x", "unit": "ft", "place": {"city": "Rome"}, "day": "2026-01-02", "pair": [1, 2], "tags": ["a"]},
    )
    assert (read["unit"], read["place"], read["day"]) == (Unit.FOOT, Place(city="Rome"), date(2026, 1, 2))
    assert (read["pair"], read["count"], read["defaulted"], read["price"]) == ((1, 2), 3, 7, Decimal("1.5"))


@pytest.mark.parametrize(
    ("arguments", "pointer", "rule"),
    [
        ({}, "/arguments/text", "missing"),
        ({"text": "x", "other": 1}, "/arguments/other", "extra_forbidden"),
        ({"text": "x", "bounded": 11}, "/arguments/bounded", "less_than_equal"),
        ({"text": "x", "mode": "warp"}, "/arguments/mode", "literal_error"),
        ({"text": "x", "place": {"city": 5}}, "/arguments/place/city", "string_type"),
        ({"text": "x", "place": {"city": "y", "population": -1}}, "/arguments/place/population", "greater_than_equal"),
        ({"text": None}, "/arguments/text", "string_type"),
    ],
)
def test_misfits_are_pointed_at(arguments: dict[str, Any], pointer: str, rule: str) -> None:
    with pytest.raises(InvalidArguments) as refusal:
        read_arguments(everything, arguments)
    assert [(violation.pointer, violation.rule) for violation in refusal.value.violations] == [(pointer, rule)]


def test_names_that_pydantic_uses_itself_are_allowed() -> None:
    async def clashing(model_name: str, json_mode: int = 1) -> None: ...

    assert read_arguments(clashing, {"model_name": "gpt"}) == {"model_name": "gpt", "json_mode": 1}


def test_descriptions_in_the_docstring() -> None:
    assert parameter_texts("Do.\n\nArgs:\n    a: One.\n    b (int): Two.\n  d:no\n") == {
        "a": "One.",
        "b": "Two.",
    }
    assert parameter_texts("only: the first line") == {}
    assert parameter_texts("") == {}
