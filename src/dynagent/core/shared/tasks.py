"""Ending asyncio tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 0.5


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
