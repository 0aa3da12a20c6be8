"""Judges conditions: JSON Schemas by jsonschema-rs, expressions in the Common Expression Language (CEL).

Expressions cost what their text is long: macros that walk over lists are refused, because nested ones multiply.
Regular expressions are linear in both.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from dynagent.core.shared.errors import Violation
from dynagent.core.workflows import Condition, ConditionFailed, MissingValue, value_at

NAMES = ("inputs", "steps", "last", "round")
"""What an expression may speak of."""
_TEXT = re.compile(r"""[rRbB]{0,2}(\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL)
_MACRO = re.compile(r"\.\s*(map|filter|exists|existsOne|exists_one|all|transform\w*|sortBy)\s*\(")
"""A call that walks over a list; the compiled program no longer shows these by name."""
MAX_WORDS = 300

Misfits = Callable[[dict[str, Any], Any], tuple[Any, list[Violation]]]
SchemaFault = Callable[[dict[str, Any]], str | None]


class StateConditions:
    """Implements Conditions; `misfits` and `schema_fault` are how JSON Schemas are judged everywhere."""

    def __init__(self, misfits: Misfits, schema_fault: SchemaFault) -> None:
        self._misfits = misfits
        self._schema_fault = schema_fault

    def holds(self, condition: Condition, state: Mapping[str, Any]) -> bool:
        """Say whether it holds. Raises ConditionFailed."""
        if condition.expression is not None:
            return _evaluated(condition.expression, state)
        try:
            value = state if condition.path is None else value_at(state, condition.path)
        except MissingValue:
            return False
        return not self._misfits(condition.json_schema or {}, value)[1]

    def fault(self, condition: Condition) -> str | None:
        """Return what keeps a condition from being used."""
        if (condition.expression is None) == (condition.json_schema is None):
            return "a condition has either a schema or an expression"
        if condition.json_schema is not None:
            return self._schema_fault(condition.json_schema)
        if condition.path is not None:
            return "a path belongs to a schema; an expression names its values itself"
        return _fault(cast("str", condition.expression))


def _evaluated(expression: str, state: Mapping[str, Any]) -> bool:
    try:
        value = _compiled(expression).execute({name: state.get(name) for name in NAMES})
    except Exception as error:
        raise ConditionFailed(f"the condition {expression!r} cannot be judged: {_words(error)}") from None
    if not isinstance(value, bool):
        kind = type(value).__name__
        raise ConditionFailed(f"the condition {expression!r} is neither true nor false, but a value of type {kind}")
    return value


def _fault(expression: str) -> str | None:
    try:
        program = _compiled(expression)
    except Exception as error:
        return _words(error)
    walk = _MACRO.search(_TEXT.sub("''", expression))
    if walk is not None:
        return f"{walk.group(1)}: expressions do not walk over lists"
    unknown = sorted(set(program.variables()) - set(NAMES))
    return f"{', '.join(unknown)}: an expression may name {', '.join(NAMES)}" if unknown else None


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Any:
    # Loaded with the first expression: the package brings a command line with it, most of a second of CPU.
    return importlib.import_module("cel").compile(expression)


def _words(error: Exception) -> str:
    words = " ".join(str(error.args[0] if isinstance(error, KeyError) and error.args else error).split())
    said = f"there is no {words!r}" if isinstance(error, KeyError) else words
    return said[:MAX_WORDS]
