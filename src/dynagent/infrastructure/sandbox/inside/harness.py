"""Loads a compiled tool and runs one call of it: the only place where code of users is executed."""

import asyncio
import builtins
import inspect
import io
import marshal
import resource
import sys
import threading
import traceback
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from dynagent.infrastructure.sandbox.inside import bases
from dynagent.infrastructure.sandbox.inside.computer import operate
from dynagent.infrastructure.sandbox.inside.frames import CUT_MARK, json_bytes
from dynagent.infrastructure.sandbox.inside.interpreter import interpret
from dynagent.infrastructure.sandbox.inside.results import Misfit, NotSerialisable, to_json, to_parameter

SOURCE_NAME = "<tool>"
MODULE_NAME = "tool"
SHIPPED: dict[str, Callable[..., Any]] = {"interpret": interpret, "operate": operate}
"""What the product itself runs in children: the code interpreter and the computer."""
_MESSAGE_LIMIT = 2000
_ITEM_LIMIT = 10_000
_FRAME_LIMIT = 20
_NAME_LIMIT = 100


_BALLAST = bytearray(4 << 20)
"""Thrown off when there is no memory left, so that this can be told; never written to, so it costs none."""


class Logs(io.TextIOBase):
    """Takes what the tool prints and keeps the first `limit` characters."""

    def __init__(self, limit: int) -> None:
        self._limit, self._parts, self._length = limit, list[str](), 0

    def write(self, text: str, /) -> int:
        """Keep what still fits; never fails."""
        room = self._limit - self._length
        if room > 0:
            self._parts.append(text[:room])
        self._length += len(text)
        return len(text)

    def text(self) -> str:
        """Return what was kept; the number of characters that were cut is said at the end."""
        cut = self._length - self._limit
        return "".join(self._parts) + (f"{CUT_MARK}{cut} characters more" if cut > 0 else "")


class TooLarge(Exception):
    """The result is longer than the limit."""


class Tool:
    """A loaded source: the module's code has run once, `call` runs its entry."""

    def __init__(self, program: bytes, *, entry: str, shape: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        target = SHIPPED[entry] if shape == "shipped" else _loaded(program, entry, shape)
        self._target = target
        self._hints = _hints(target)
        self._by_place = _by_place(target)
        self._described = _described(target)

    def call(self, arguments: dict[str, Any], *, output_limit: int) -> Any:
        """Return the JSON form of the result. Raises what the tool raises, Misfit, NotSerialisable, TooLarge."""
        given = {name: to_parameter(value, self._hints.get(name, Any)) for name, value in arguments.items()}
        for name, described in self._described.items():
            if name not in given:
                given[name] = bases.default_of(described)
        placed = [given.pop(name) for name in self._by_place if name in given]
        result = self._target(*placed, **given)
        if inspect.isawaitable(result):
            result = self._loop.run_until_complete(_awaited(result))
        if inspect.isasyncgen(result):
            result = self._loop.run_until_complete(_drained(result))
        elif isinstance(result, Iterator):
            result = _taken(result)
        value = to_json(result)
        if len(json_bytes(value)) > output_limit:
            raise TooLarge(f"the result is longer than {output_limit} bytes")
        return value

    def leftovers(self) -> int:
        """Return how many tasks and threads the calls so far have left running."""
        return len(asyncio.all_tasks(self._loop)) + threading.active_count() - 1


def failure(error: BaseException) -> dict[str, Any]:
    """Return the frame that tells of a failed call: kind from the platform's list, the tool's words, its lines."""
    kind = "tool_error"
    if isinstance(error, MemoryError):
        kind = "memory_limit"
        _BALLAST.clear()
        # What filled the memory is held by the variables of the frames that the error has gone through.
        traceback.clear_frames(error.__traceback__)
    elif isinstance(error, TooLarge):
        kind = "output_too_large"
    elif isinstance(error, NotSerialisable):
        kind = "result_not_serialisable"
    elif isinstance(error, Misfit):
        kind = "invalid_arguments"
    try:
        text = str(error)[:_MESSAGE_LIMIT]
    except BaseException:
        text = "the error's text cannot be read"
    return {"kind": kind, "name": type(error).__name__[:100], "message": text, "frames": _own_frames(error)}


def _own_frames(error: BaseException) -> list[tuple[int, str]]:
    """Return (line, function) of the frames in the tool's own source, outermost first, the last ones of many."""
    frames = [
        (line, frame.f_code.co_name[:_NAME_LIMIT])
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == SOURCE_NAME
    ]
    if not frames and isinstance(error, SyntaxError) and error.filename == SOURCE_NAME:
        frames = [(error.lineno or 1, "<module>")]
    return frames[-_FRAME_LIMIT:]


def usage() -> tuple[float, int]:
    """Return this process's own CPU time in milliseconds and peak memory in kilobytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss


def _loaded(program: bytes, entry: str, shape: str) -> Any:
    """Run the module's code and return what a call has to call."""
    module = types.ModuleType(MODULE_NAME)
    # Dataclasses, typing and pydantic look the module up to understand annotations that are written as text.
    sys.modules[MODULE_NAME] = module
    names = module.__dict__
    names |= {"__builtins__": builtins, **bases.GIVEN}
    exec(marshal.loads(program), names)  # noqa: S102, S302  # this process is the sandbox
    target = names[entry]
    if shape != "class":
        return target
    instance = target()
    return instance._arun if hasattr(instance, "_arun") else instance._run


def _by_place(target: Any) -> tuple[str, ...]:
    """Return the names of positional-only parameters; no `inspect.signature`, which costs as much as a whole call."""
    code = getattr(getattr(target, "__func__", target), "__code__", None)
    return code.co_varnames[: code.co_posonlyargcount] if code is not None else ()


def _described(target: Any) -> dict[str, Any]:
    """Return the parameters whose default is a `Field(...)` of pydantic, which only a model would understand."""
    function = getattr(target, "__func__", target)
    code = getattr(function, "__code__", None)
    if code is None:
        return {}
    placed = code.co_varnames[: code.co_argcount]
    defaults = getattr(function, "__defaults__", None) or ()
    found = dict(zip(placed[len(placed) - len(defaults) :], defaults, strict=True))
    found |= getattr(function, "__kwdefaults__", None) or {}
    return {name: value for name, value in found.items() if type(value).__name__ == "FieldInfo"}


def _hints(target: Any) -> dict[str, Any]:
    plain = getattr(target, "__annotations__", {})
    if not any(isinstance(hint, str) for hint in plain.values()):
        return plain
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:
        return {}


async def _awaited(result: Any) -> Any:
    return await result


async def _drained(result: Any) -> list[Any]:
    items: list[Any] = []
    async for item in result:
        items.append(item)
        if len(items) > _ITEM_LIMIT:
            raise TooLarge(f"the tool yields more than {_ITEM_LIMIT} items")
    return items


def _taken(result: Any) -> list[Any]:
    items: list[Any] = []
    for item in result:
        items.append(item)
        if len(items) > _ITEM_LIMIT:
            raise TooLarge(f"the tool yields more than {_ITEM_LIMIT} items")
    return items
