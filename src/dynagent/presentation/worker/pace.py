"""How late the event loop is: what starts runs slows down before heartbeats and streams come late."""

import asyncio
from collections.abc import Callable

SAMPLE_S = 0.05
LATE_S = 0.1
"""How late the loop may be while new runs are started."""


class Pace:
    """Watches the loop while there is `work`; calls `on_sample` after each look, late or not.

    `late` says whether the last sample came more than `LATE_S` seconds after its time.
    """

    def __init__(self, work: Callable[[], int], on_sample: Callable[[], None]) -> None:
        self._work = work
        self._on_sample = on_sample
        self._timer: asyncio.TimerHandle | None = None
        self._expected_at = 0.0
        self.lag_s = 0.0

    @property
    def late(self) -> bool:
        """Whether to start nothing new just now."""
        return self.lag_s > LATE_S

    def watch(self) -> None:
        """Begin to watch, unless it does; stops by itself when the work is done."""
        if self._timer is None:
            self._next()

    def _next(self) -> None:
        loop = asyncio.get_running_loop()
        self._expected_at = loop.time() + SAMPLE_S
        self._timer = loop.call_at(self._expected_at, self._sample)

    def _sample(self) -> None:
        self._timer = None
        self.lag_s = asyncio.get_running_loop().time() - self._expected_at
        self._on_sample()
        if self._work():
            self._next()
        else:
            self.lag_s = 0.0
