"""What runs beside others: started for a while, and ended for certain."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterable
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


@asynccontextmanager
async def running(part: R) -> AsyncGenerator[R]:
    """Start a part, give it, stop it at the end."""
    try:
        started = part.start()
        if started is not None:
            await started
        yield part
    finally:
        await part.stop()


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
