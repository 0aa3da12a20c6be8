"""Light stand-ins for the bases that tool sources import, so that a class or `@tool` needs no framework inside."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

MODULES = (
    "langchain_core",
    "langchain_core.tools",
    "langchain_core.tools.base",
    "langchain",
    "langchain.tools",
    "dynagent.core",
    "dynagent.core.tools",
    "dynagent.core.tools.base",
)
"""Modules of which only `BaseTool` and `tool` can be imported inside."""


class BaseTool:
    """The base of class tools: keyword arguments become attributes; `_arun` or `_run` does the work."""

    name = ""
    description = ""
    args_schema: Any = None

    def __init__(self, **settings: Any) -> None:
        for name, value in settings.items():
            setattr(self, name, value)


def tool(*arguments: Any, **_: Any) -> Any:
    """Mark a function as a tool, with or without arguments, and leave it as it is."""
    if len(arguments) == 1 and callable(arguments[0]):
        return arguments[0]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    return decorate


def provide() -> None:
    """Put the stand-ins where imports find them. The zygote does it before it forks."""
    for name in MODULES:
        module = ModuleType(name)
        module.__dict__.update({"BaseTool": BaseTool, "tool": tool, "__path__": []})
        sys.modules[name] = module
