"""Answers that must be JSON of a given schema: asked for, read out of whatever text comes, repaired by asking again."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.shared.errors import DynagentError, ErrorKind, Violation
from dynagent.infrastructure.tools.arguments import misfits

MAX_REPAIRS = 2
"""How often a model is shown what is wrong with its answer."""
MAX_STARTS, MAX_SEARCHED = 50, 200_000
"""Places in a text where JSON is looked for inside prose, and characters that are looked through."""
MAX_REPORTED = 5

_FENCED = re.compile(r"```[ \t]*[\w+-]*[ \t]*\r?\n(.*?)```", re.DOTALL)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


class OutputInvalid(DynagentError):
    """The model's answer does not fit the output schema, not even after being shown what is wrong with it."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "output_invalid"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer's text held: the JSON text of a value that fits, or what is wrong."""

    text: str | None = None
    problems: list[Violation] = field(default_factory=list[Violation])

    def reported(self) -> str:
        """Return what is wrong in one line."""
        words = [f"{item.pointer or 'the answer'}: {item.detail}" for item in self.problems[:MAX_REPORTED]]
        more = len(self.problems) - len(words)
        return "; ".join(words) + (f"; and {more} more" if more > 0 else "")


def instruction(schema: dict[str, Any]) -> str:
    """Return what the model is told; endpoints that take a schema are sent it besides."""
    return (
        "Your final answer must be one JSON value that fits the following JSON Schema, and nothing else: no prose "
        f"around it, no code fence.\n{json.dumps(schema, ensure_ascii=False)}"
    )


def repair_request(reading: Reading) -> str:
    """Return what the model is told about an answer that does not fit."""
    return f"Your answer does not fit the JSON Schema: {reading.reported()}. Answer again with the corrected JSON only."


def read_output(schema: dict[str, Any], text: str) -> Reading:
    """Find JSON that fits: the whole text, else a fenced block, else the first object or array that stands in it.

    Where nothing fits, the problems are those of the first JSON found.
    """
    first: Reading | None = None
    for value in _candidates(text):
        cleaned, problems = misfits(schema, value)
        if not problems:
            return Reading(json.dumps(cleaned, ensure_ascii=False))
        first = first or Reading(problems=problems)
    bare = text.strip()
    if schema.get("type") == "string" and bare and not misfits(schema, bare)[1]:
        return Reading(json.dumps(bare, ensure_ascii=False))
    return first or Reading(problems=[Violation("", "json", "there is no JSON in it" if bare else "it is empty")])


def _candidates(text: str) -> Iterator[Any]:
    yield from _whole(text)
    text = text[:MAX_SEARCHED]
    for block in _FENCED.finditer(text):
        yield from _whole(block[1])
    at = 0
    for _ in range(MAX_STARTS):
        found = _next_start(text, at)
        if found is None:
            return
        try:
            value, at = _DECODER.raw_decode(text, found)
        except (ValueError, RecursionError):
            at = found + 1
        else:
            yield value


def _whole(text: str) -> Iterator[Any]:
    try:
        value, end = _DECODER.raw_decode(text := text.strip())
    except (ValueError, RecursionError):
        return
    if end == len(text):
        yield value


def _next_start(text: str, at: int) -> int | None:
    starts = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
    return min(starts, default=None)
