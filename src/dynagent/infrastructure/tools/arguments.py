"""Arguments checked against a tool's JSON Schema before anything is called: errors with JSON pointers."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationErrorKind

from dynagent.core.shared.errors import Violation
from dynagent.core.shared.text import MAX_JSON_DEPTH, clean_json
from dynagent.core.shared.turns import LARGE, json_size
from dynagent.core.tools import InvalidArguments, ToolFailed

MAX_VIOLATIONS = 20
MAX_MESSAGE = 300


def check_arguments(schema: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments with their texts made storable. Raises InvalidArguments, one violation per misfit."""
    cleaned, found = misfits(schema, arguments)
    if found:
        violations = [Violation(f"/arguments{item.pointer}", item.rule, item.detail) for item in found]
        deep = found[0].rule == "depth"
        reason = "are nested too deeply" if deep else "do not fit the tool's schema"
        raise InvalidArguments(f"the arguments {reason}", violations=violations)
    return cleaned


def misfits(schema: dict[str, Any], value: Any) -> tuple[Any, list[Violation]]:
    """Return a JSON value with its texts made storable, and where it does not fit a schema (at most twenty places)."""
    if _too_deep(value, MAX_JSON_DEPTH):
        return None, [Violation("", "depth", f"at most {MAX_JSON_DEPTH} levels")]
    validator = _validator(orjson.dumps(schema), masked=json_size(value) >= LARGE)
    cleaned = clean_json(value)
    if validator.is_valid(cleaned):
        return cleaned, []
    return cleaned, list(islice(_violations(validator.iter_errors(cleaned)), MAX_VIOLATIONS))


def schema_fault(schema: dict[str, Any]) -> str | None:
    """Return what keeps a JSON Schema from being used, None for one that can. References lead nowhere outside it."""
    try:
        _validator(orjson.dumps(schema))
    except ToolFailed as error:
        return error.detail.partition(": ")[2]
    except TypeError as error:
        return str(error)
    return None


def _too_deep(value: Any, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    parts = cast(list[Any], list(value.values()) if isinstance(value, dict) else value)  # pyright: ignore[reportUnknownArgumentType]
    return levels == 0 or any(_too_deep(part, levels - 1) for part in parts)


@lru_cache(maxsize=2048)
def _validator(schema: bytes, *, masked: bool = False) -> jsonschema_rs.Validator:
    """Compile once per schema. Patterns written by users are matched with few steps, references stay inside.

    A masked one does not write the value into its words: of megabytes that would take as long as judging them.
    """
    try:
        return jsonschema_rs.validator_for(
            orjson.loads(schema),
            offline=True,
            mask="the value" if masked else None,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=10_000, size_limit=1_000_000),
        )
    except ValueError as error:
        raise ToolFailed(f"the tool's own schema cannot be used: {str(error)[:MAX_MESSAGE]}") from error


def _violations(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterable[Violation]:
    for error in errors:
        for place in _places(error):
            yield Violation(_pointer(place), error.kind.name, error.message[:MAX_MESSAGE])


def _places(error: jsonschema_rs.ValidationError) -> list[Sequence[str | int]]:
    """Name the very argument that is missing or too many, not the object around it."""
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            return [[*error.instance_path, name]]
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            return [[*error.instance_path, name] for name in names]
        case _:
            return [error.instance_path]


def _pointer(place: Sequence[str | int]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "".join(f"/{part}" for part in parts)
