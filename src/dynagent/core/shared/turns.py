"""Turns of the event loop: what costs tens of milliseconds is done apart or in pieces, and others go on between."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

LARGE = 128 * 1024
"""Bytes or characters; what is smaller is worked through at once, in less than a millisecond."""
_PER_SECOND = 200 * 1024 * 1024
_OTHER = 8
"""Characters that a number, a sign or an entry counts as."""

P = ParamSpec("P")
T = TypeVar("T")

# One thread: two that hold the interpreter in turn would keep the loop from it for twice as long.
_apart = ThreadPoolExecutor(1, thread_name_prefix="large-values")


async def let_others_in(size: int) -> None:
    """Beside work with so many bytes, leave the loop to others for about as long as the work takes.

    One turn would not do: an answer to a request takes several, each of which would wait for the next piece of work.
    """
    if size >= LARGE:
        await asyncio.sleep(size / _PER_SECOND)


async def apart(size: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what work with a value of so many bytes gives: in a thread if it is large, else at once.

    The work must be pure: it neither touches the loop nor what others change. Raises what it raises.
    """
    if size < LARGE:
        return work(*args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_apart, lambda: work(*args, **kwargs))


def json_size(value: Any) -> int:
    """Return about how many characters a JSON value has. Of many parts only so many are counted that it is large."""
    left, size = [value], 0
    while left and size < LARGE:
        one = left.pop()
        if isinstance(one, str):
            size += len(one)
        elif isinstance(one, dict):
            fields = cast("dict[str, Any]", one)
            size += _OTHER * len(fields)
            left.extend(fields)
            left.extend(fields.values())
        elif isinstance(one, (list, tuple)):
            items = cast("list[Any]", one)
            size += _OTHER * len(items)
            left.extend(items)
    return size
