"""Anything that can be a shipped tool made into a tool class: a subclass of BaseTool as it is, a function wrapped."""

import inspect
from typing import Any

from dynagent.core.tools import BaseTool


def as_tool_class(tool: Any) -> type[BaseTool]:
    """Return a concrete subclass of BaseTool. Raises TypeError for the base itself, abstract classes, other things."""
    if inspect.iscoroutinefunction(tool):
        return _wrapped(tool)
    if inspect.isclass(tool) and issubclass(tool, BaseTool) and not inspect.isabstract(tool):
        return tool
    raise TypeError(f"{tool!r} is no tool: a concrete subclass of BaseTool or an async function is needed")


def _wrapped(function: Any) -> type[BaseTool]:
    members = {
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "name": function.__name__,
        "_arun": staticmethod(function),
    }
    return type(function.__name__, (BaseTool,), members)
