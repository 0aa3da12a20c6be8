"""From a Python signature and docstring to a JSON Schema, and from raw arguments back to checked ones."""

import inspect
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

import pydantic
from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.errors import Violation
from dynagent.core.tools.entity import InvalidArguments

_PARAMETER_LINE = re.compile(r"^\s*(?:Args:\s*)?(\w+)\s*(?:\([^)]*\))?:\s+(.+)$")


def arguments_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the JSON Schema (an object) of a function's parameters, `self` left out.

    Types and defaults come from the signature, descriptions from `name: text` lines of the docstring.
    """
    schema = _model(function).model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    texts = parameter_texts(inspect.getdoc(function) or "")
    for name, part in schema.setdefault("properties", {}).items():
        part.pop("title", None)
        if name in texts:
            part.setdefault("description", texts[name])
    return schema


def read_arguments(function: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments converted to the signature's types. Raises InvalidArguments, one violation per misfit."""
    try:
        checked = _model(function).model_validate(arguments)
    except pydantic.ValidationError as error:
        raise InvalidArguments("the arguments do not fit the tool's schema", violations=_violations(error)) from None
    return {name: getattr(checked, name) for name in type(checked).model_fields}


def _violations(error: pydantic.ValidationError) -> list[Violation]:
    return [
        Violation("/arguments/" + "/".join(str(part) for part in item["loc"]), item["type"], item["msg"])
        for item in error.errors(include_url=False, include_input=False)
    ]


@lru_cache(maxsize=512)
def _model(function: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints.get(parameter.name, Any), default)
    config = ConfigDict(extra="forbid", protected_namespaces=())
    return pydantic.create_model("Arguments", __config__=config, **fields)


def parameter_texts(docstring: str) -> dict[str, str]:
    """Return parameter name → description from the `name: text` lines of a docstring (Google style)."""
    matches = (_PARAMETER_LINE.match(line) for line in docstring.splitlines()[1:])
    return {match[1]: match[2].strip() for match in matches if match}
