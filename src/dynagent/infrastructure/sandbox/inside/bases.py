"""Light stand-ins for the bases that tool sources import, so that a class or `@tool` needs no framework inside."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import Any

MODULES = (
    "langchain_core",
    "langchain_core.callbacks",
    "langchain_core.callbacks.manager",
    "langchain_core.runnables",
    "langchain_core.tools",
    "langchain_core.tools.base",
    "langchain",
    "langchain.callbacks",
    "langchain.callbacks.manager",
    "langchain.tools",
    "dynagent.core",
    "dynagent.core.tools",
    "dynagent.core.tools.base",
)
"""Modules of which only `NAMES` can be imported inside."""


class BaseTool:
    """The base of class tools: keyword arguments become attributes; `_arun` or `_run` does the work."""

    name = ""
    description = ""
    args_schema: Any = None

    def __init__(self, **settings: Any) -> None:
        for owner in reversed(type(self).__mro__):
            for name, value in vars(owner).items():
                # What `Field(...)` and `PrivateAttr(...)` leave behind where pydantic does not make the class.
                if type(value).__name__ in ("FieldInfo", "ModelPrivateAttr"):
                    setattr(self, name, default_of(value))
        for name, value in settings.items():
            setattr(self, name, value)


class ToolException(Exception):
    """An error that a tool means to tell."""


class _Callbacks:
    """A name for annotations; nobody gives one to a tool here."""


@dataclass(frozen=True)
class Call:
    """The call that is going on.

    `idempotency_key` is the same when this very call is made again after a crash, empty outside of an execution;
    `execution_id` is None there. `secrets` holds the granted ones by name.
    """

    idempotency_key: str = ""
    execution_id: str | None = None
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


class _Current:
    call = Call()


def current_call() -> Call:
    """Return what a tool may know of the call that it answers."""
    return _Current.call


def begin(about: dict[str, Any], secrets: dict[str, str]) -> None:
    """Make this the current call, with its secrets, which libraries find in the environment too."""
    os.environ.update(secrets)
    key, execution = str(about.get("idempotency_key") or ""), about.get("execution_id")
    _Current.call = Call(key, execution, MappingProxyType(dict(secrets)))


def tool(*arguments: Any, **_: Any) -> Any:
    """Mark a function as a tool, with or without arguments, and leave it as it is."""
    if len(arguments) == 1 and callable(arguments[0]):
        return arguments[0]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    return decorate


NAMES: dict[str, Any] = {
    "BaseTool": BaseTool,
    "ToolException": ToolException,
    "tool": tool,
    "current_call": current_call,
    "AsyncCallbackManagerForToolRun": _Callbacks,
    "CallbackManagerForToolRun": _Callbacks,
    "RunnableConfig": dict,
}
"""What the modules hold, for whichever of them it is asked."""

GIVEN = {name: NAMES[name] for name in ("BaseTool", "tool", "current_call")}
"""What a source may use without importing it."""


def provide() -> None:
    """Put the stand-ins where imports find them. The zygote does it before it forks."""
    for name in MODULES:
        module = ModuleType(name)
        module.__dict__.update(NAMES | {"__path__": []})
        sys.modules[name] = module


def default_of(field_info: Any) -> Any:
    """Return the default that a `Field(...)` or `PrivateAttr(...)` of pydantic describes; None without one."""
    try:
        value = field_info.get_default(call_default_factory=True)
    except TypeError:
        value = field_info.get_default()
    return None if type(value).__name__ == "PydanticUndefinedType" else value
