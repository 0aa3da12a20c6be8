"""Arguments against a schema: pointers, several misfits at once, hostile schemas."""

import time
from contextlib import suppress
from typing import Any

import pytest

from dynagent.core.tools import InvalidArguments, ToolFailed
from dynagent.infrastructure.tools.arguments import MAX_VIOLATIONS, check_arguments

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 10},
        "tags": {"type": "array", "items": {"type": "string"}},
        "place": {"type": "object", "properties": {"a/b": {"type": "string"}}, "required": ["a/b"]},
    },
    "required": ["count"],
    "additionalProperties": False,
}


def misfits(schema: dict[str, Any], arguments: dict[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(InvalidArguments) as refusal:
        check_arguments(schema, arguments)
    return {(violation.pointer, violation.rule) for violation in refusal.value.violations}


def test_fitting_arguments_come_back_cleaned() -> None:
    assert check_arguments(SCHEMA, {"count": 3, "tags": ["a\x00b"]}) == {"count": 3, "tags": ["a\ufffdb"]}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, {("/arguments/count", "required")}),
        ({"count": 11}, {("/arguments/count", "maximum")}),
        ({"count": "3"}, {("/arguments/count", "type")}),
        ({"count": 10**400}, {("/arguments/count", "maximum")}),
        ({"count": 1, "tags": ["a", 2]}, {("/arguments/tags/1", "type")}),
        ({"count": 1, "place": {}}, {("/arguments/place/a~1b", "required")}),
        (
            {"count": 1, "x~": 1, "y": 2},
            {("/arguments/x~0", "additionalProperties"), ("/arguments/y", "additionalProperties")},
        ),
        ({"count": 0, "tags": 1}, {("/arguments/count", "minimum"), ("/arguments/tags", "type")}),
    ],
)
def test_misfits_are_pointed_at(arguments: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert misfits(SCHEMA, arguments) == expected


def test_lone_surrogates_and_long_values_do_no_harm() -> None:
    with pytest.raises(InvalidArguments) as refusal:
        check_arguments(SCHEMA, {"count": "\ud800" + "x" * 100_000})
    assert len(refusal.value.violations[0].detail) <= 300


def test_only_so_many_misfits_are_told() -> None:
    assert len(misfits(SCHEMA, {"count": 1, "tags": list(range(500))})) == MAX_VIOLATIONS


def test_an_evil_pattern_costs_little() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": r"^(a|aa)+(?!b)$"}}}
    began = time.process_time()
    with suppress(InvalidArguments):
        check_arguments(schema, {"x": "a" * 5000 + "!"})
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "http://127.0.0.1:9/schema.json"}])
def test_a_schema_that_cannot_be_used_is_the_tools_fault(schema: dict[str, Any]) -> None:
    with pytest.raises(ToolFailed, match="schema cannot be used"):
        check_arguments(schema, {})


@pytest.mark.parametrize("depth", [100, 300, 900, 5000])
def test_arguments_nested_too_deeply_are_refused(depth: int) -> None:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(InvalidArguments, match="nested too deeply"):
        check_arguments({"type": "object"}, {"x": nested})
