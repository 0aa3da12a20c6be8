"""Stopping what was started, last first, each step within a bound: one that hangs must not keep the others."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import structlog

from dynagent.core.shared.tasks import end_within

STEP_S = 5.0
"""How long one step may take before it is left behind; in all, a process has `cli.signals.STOP_BOUND_S`."""

log = structlog.get_logger(__name__)


class StopSteps(AsyncExitStack):
    """A stack whose callbacks each have `step_s` seconds; one that takes longer is reported, cancelled and left."""

    def __init__(self, step_s: float = STEP_S) -> None:
        super().__init__()
        self._step_s = step_s

    def push_async_callback(  # type: ignore[override]
        self, callback: Callable[..., Awaitable[Any]], /, *args: Any, **kwargs: Any
    ) -> Callable[..., Awaitable[Any]]:
        """Have a callback awaited at the end, within the bound; returns it."""

        async def step() -> None:
            await self._bounded(callback, lambda: callback(*args, **kwargs))

        super().push_async_callback(step)
        return callback

    async def _bounded(self, callback: Callable[..., Awaitable[Any]], begin: Callable[[], Awaitable[Any]]) -> None:
        task = asyncio.ensure_future(begin())
        done = await end_within(task, self._step_s)
        if not done:
            log.error("stop_step_left", step=getattr(callback, "__qualname__", repr(callback)), after_s=self._step_s)
