"""Which messages a route sends, read from its own code: what they `raise` is what the API's document says of it."""

from collections.abc import Iterator
from types import CodeType, FunctionType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from dynagent.application.shared.messages import Message

ROOM = "dynagent.presentation.api."
"""Functions of this package are looked into, what they call elsewhere is not."""


def messages_of(route: APIRoute) -> frozenset[type[Message[Any]]]:
    """Return the messages named by a route's function, its dependencies, and what these call: functions and bodies."""
    found: set[type[Message[Any]]] = set()
    met: set[FunctionType] = set()
    waiting: list[Any] = [route.endpoint, *_calls(route.dependant)]
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function in met:
            continue
        met.add(function)
        for value in _named(function):
            if isinstance(value, type) and issubclass(value, Message):
                found.add(cast("type[Message[Any]]", value))
            elif isinstance(value, FunctionType) and value.__module__.startswith(ROOM):
                waiting.append(value)
    return frozenset(found)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _named(function: FunctionType) -> Iterator[Any]:
    """Give the globals that a function names, in the functions inside of it too, and methods of its parameters."""
    names: set[str] = set()
    waiting: list[CodeType] = [function.__code__]
    while waiting:
        code = waiting.pop()
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        names.update(code.co_names)
    yield from (function.__globals__[name] for name in names if name in function.__globals__)
    for parameter in get_type_hints(function).values():
        for form in get_args(parameter) if get_origin(parameter) in (Union, UnionType) else (parameter,):
            if isinstance(form, type) and form.__module__.startswith(ROOM):
                yield from (vars(kind)[name] for kind in form.__mro__ for name in names if name in vars(kind))
