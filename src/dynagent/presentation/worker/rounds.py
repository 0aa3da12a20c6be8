"""What a process does again and again: an outage is logged, the next round tries again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


async def every(seconds: float, action: Callable[[], Awaitable[None]], *, at_once: bool = False) -> None:
    """Do it every so many seconds, for ever; the first time after the first pause, or `at_once`."""
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        await quietly(action(), "worker_round_failed")
        await asyncio.sleep(seconds)


async def quietly(action: Awaitable[None], event: str) -> None:
    """Await it; what it raises becomes a warning of that name."""
    try:
        await action
    except Exception as error:
        log.warning(event, error=repr(error))
