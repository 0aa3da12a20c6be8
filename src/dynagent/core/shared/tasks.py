"""What runs beside others: started for a while, and ended for certain."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

AGAIN_S = 0.5


class Runs(Protocol):
    """Something with a life: it works from its start to its stop."""

    def start(self) -> Awaitable[None] | None:
        """Begin; called on the running loop."""
        ...

    def stop(self) -> Awaitable[None]:
        """End, also when the start has failed."""
        ...


R = TypeVar("R", bound=Runs)
T = TypeVar("T")
STOP_S = 5.0
"""How long one part may take to stop before it is left behind; in all, a process has `cli.signals.STOP_BOUND_S`."""


class Periodic:
    """Work that is done again and again, first after the first pause; what it raises does not end it."""

    def __init__(
        self,
        work: Callable[[], Awaitable[None]],
        *,
        every_s: float,
        name: str,
        on_error: Callable[[Exception], None],
    ) -> None:
        self._work = work
        self._every_s = every_s
        self._name = name
        self._on_error = on_error
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Stop, in the middle of the work as well."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._work()
            except Exception as error:
                self._on_error(error)


@asynccontextmanager
async def running(part: R, *, within_s: float = STOP_S) -> AsyncGenerator[R]:
    """Start a part, give it, stop it at the end; one that takes longer for that is reported, cancelled and left.

    So one that hangs does not keep the others from stopping.
    """
    try:
        started = part.start()
        if started is not None:
            await started
        yield part
    finally:
        await ended(part.stop(), type(part).__name__, within_s=within_s)


async def ended(stop: Awaitable[Any], name: str, *, within_s: float = STOP_S) -> None:
    """Wait for the end of what has this name, as long as that; raises what it raises."""
    if not await end_within(asyncio.ensure_future(stop), within_s):
        logging.getLogger(__name__).error("%s did not stop within %g s: left", name, within_s)


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Await all at once; when one raises or we are cancelled, end the others before going on."""
    waiting = list(calls)
    if len(waiting) == 1:
        return [await waiting[0]]
    tasks = [asyncio.ensure_future(call) for call in waiting]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        await end_tasks(tasks)
        raise


async def end_tasks(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel tasks and return when all have ended; their errors are nobody's any more, None is passed over.

    Cancels anew every half second: a client that is cancelled just as its connection breaks may answer with the
    connection's error, and a loop that goes on after errors would then run for ever.
    """
    running = {task for task in tasks if task is not None}
    while running:
        for task in running:
            task.cancel()
        done, running = await asyncio.wait(running, timeout=AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()


async def end_within(task: asyncio.Future[Any], seconds: float) -> bool:
    """Wait for a task; after the bound cancel it and return False without waiting for it. Raises what it raised.

    A task that answers no cancellation goes on by itself: whoever stops a process has waited long enough.
    """
    try:
        await asyncio.wait({task}, timeout=seconds)
    except BaseException:
        task.cancel()
        raise
    if task.done():
        task.result()
        return True
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return False
