"""The demo model's structured output agrees with what its tools gave, and always fits the schema's types."""

import json
from typing import Any

import pytest

from dynagent.infrastructure.llm.demo.answers import Done, shaped


def schema(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


INTEGER, NUMBER, TEXT = {"type": "integer"}, {"type": "number"}, {"type": "string"}


def done(*results: str) -> list[Done]:
    return [Done("calculator", {"expression": "x"}, result) for result in results]


@pytest.mark.parametrize(
    ("form", "task", "results", "value"),
    [
        (schema(result=INTEGER), "Compute 23*19", ["437"], {"result": 437}),
        (schema(result=NUMBER), "What is 5+5?", ["10"], {"result": 10}),
        (schema(half=NUMBER), "Compute 1/2", ["0.5"], {"half": 0.5}),
        (schema(total=INTEGER), "Compute 23*19 and then 1+1", ["437", "2"], {"total": 2}),
        (schema(a=INTEGER, b=INTEGER), "Compute 23*19 and then 1+1", ["437", "2"], {"a": 437, "b": 2}),
        (schema(n=INTEGER, sum=INTEGER), "With n = 7 compute 1+1", ["2"], {"n": 7, "sum": 2}),
        (schema(answer=TEXT), "Compute 23*19", ["437"], {"answer": "437"}),
        (schema(n=INTEGER), "give me", [], {"n": 0}),
        (schema(n={"type": "integer", "minimum": 3}), "give me", [], {"n": 3}),
        (schema(n=INTEGER), "Compute 1/0", ["Error (tool_error): division by zero"], {"n": 1}),
    ],
)
def test_values_are_those_of_the_calls(form: dict[str, Any], task: str, results: list[str], value: Any) -> None:
    assert json.loads(shaped(form, task, "The answer.", done(*results))) == value
