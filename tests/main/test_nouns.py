"""The nouns of a process together: every message has one handler."""

import importlib
import pkgutil
from typing import Any, get_type_hints

import dynagent.application
from dynagent.application.shared.messages import Message
from dynagent.main import nouns
from dynagent.main.noun import nouns_of

ROOMS = ("dynagent.application.commands.", "dynagent.application.queries.")


def test_every_message_has_exactly_one_handler() -> None:
    for module in pkgutil.walk_packages(dynagent.application.__path__, "dynagent.application."):
        importlib.import_module(module.name)
    handled = [get_type_hints(handler.__call__)["message"] for noun in nouns_of(nouns) for handler in noun.handlers]

    # By name: a dataclass with slots leaves the class behind that it was made from.
    assert sorted(map(_name, handled)) == sorted({_name(kind) for kind in _below(Message)})


def _below(base: type[Any]) -> set[type[Any]]:
    below = {kind for child in base.__subclasses__() for kind in {child, *_below(child)}}
    return {kind for kind in below if kind.__module__.startswith(ROOMS)}


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
