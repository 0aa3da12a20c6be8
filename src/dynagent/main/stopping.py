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
        self.push_step(lambda: callback(*args, **kwargs), within_s=self._step_s, name=_name_of(callback))
        return callback

    def push_step(self, begin: Callable[[], Awaitable[Any]], *, within_s: float, name: str) -> None:
        """Have a step awaited at the end, within a bound of its own."""

        async def step() -> None:
            if not await end_within(asyncio.ensure_future(begin()), within_s):
                log.error("stop_step_left", step=name, after_s=within_s)

        super().push_async_callback(step)


def _name_of(callback: Callable[..., Awaitable[Any]]) -> str:
    return getattr(callback, "__qualname__", repr(callback))
