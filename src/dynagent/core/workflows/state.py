"""The state of a workflow's run as conditions, mappings and templates see it, and how they read from it."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from dynagent.core.shared.errors import DynagentError, ErrorKind

MAX_RENDERED = 400_000
"""Characters that a template may become."""
_PLACE = re.compile(r"\{\{\s*([^{}]{1,500}?)\s*\}\}|\{([A-Za-z_][A-Za-z0-9_]{0,99})\}")


class MissingValue(DynagentError):
    """A mapping or a template names a value that the state does not have."""

    kind = ErrorKind.CONFLICT
    code = "missing_value"


def value_at(state: Any, path: str) -> Any:
    """Return the value at a path: names and list positions joined by dots (`steps.plan.output.0`).

    `steps.review.output ?? none yet` gives the text after the question marks where there is no such value. Raises
    MissingValue with the part that is not there.
    """
    path, otherwise, instead = (part.strip() for part in path.partition("??"))
    try:
        return _found(state, path)
    except MissingValue:
        if otherwise:
            return instead
        raise


def _found(state: Any, path: str) -> Any:
    value = state
    for place, name in enumerate(path.split(".")):
        if isinstance(value, Mapping) and name in value:
            value = cast("Mapping[str, Any]", value)[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(name)]
        else:
            before = ".".join(path.split(".")[:place]) or "the state"
            raise MissingValue(f"there is no value {path!r}: {before} has no {name!r}")
    return value


def render(template: str, state: Mapping[str, Any]) -> str:
    """Return the text with `{{ path }}` replaced, and `{name}` where the inputs have that name. Raises MissingValue.

    What is put in is not read for places again.
    """
    inputs = cast("Mapping[str, Any]", state.get("inputs") or {})

    def put(match: re.Match[str]) -> str:
        path, name = match.group(1), match.group(2)
        if path is not None:
            return text_of(value_at(state, path))
        return text_of(inputs[name]) if name in inputs else match.group(0)

    rendered = _PLACE.sub(put, template)
    if len(rendered) > MAX_RENDERED:
        raise MissingValue(f"the text became {len(rendered)} characters long; at most {MAX_RENDERED} are given on")
    return rendered


def rendered_values(value: Any, state: Mapping[str, Any]) -> Any:
    """Return a JSON value with the templates in it rendered; a text that is one place only becomes the value itself."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value.strip())
        if whole is not None and whole.group(1) is not None:
            return value_at(state, whole.group(1))
        return render(value, state)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {name: rendered_values(item, state) for name, item in items}
    if isinstance(value, list):
        return [rendered_values(item, state) for item in cast("list[Any]", value)]
    return value


def mapped(mapping: Mapping[str, str], state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a mapping names. Raises MissingValue."""
    return {name: value_at(state, path) for name, path in mapping.items()}


def paths_in(template: str) -> list[str]:
    """Return the paths that a template names in double braces."""
    return [match.group(1) for match in _PLACE.finditer(template) if match.group(1) is not None]


def text_of(value: Any) -> str:
    """Return a value as text: texts as they are, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
