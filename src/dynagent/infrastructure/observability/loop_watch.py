"""How late the event loop is, and where it hangs when it hangs: everything of a process waits for one thread.

A task measures how late it is woken. A thread of its own looks whether it is woken at all, and writes the line of code
that keeps the loop into the log, also when that never ends.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections import deque

import structlog

from dynagent.core.shared.tasks import end_tasks

log = structlog.get_logger()

REMEMBERED_S = 60.0
STACK_LINES = 12


class LoopWatch:
    """Watches the loop it is started on, every `every_s` seconds; what is later than `late_s` is said in the log."""

    def __init__(self, *, every_s: float = 0.5, late_s: float = 1.0) -> None:
        self._every_s = every_s
        self._late_s = late_s
        self._lags: deque[tuple[float, float]] = deque()
        self._woken_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    @property
    def worst_s(self) -> float:
        """The longest delay within the last minute, one that still lasts included; may be asked from any thread."""
        now = time.monotonic()
        lasting = max(0.0, now - self._woken_at - self._every_s) if self._task is not None else 0.0
        return max([lasting, *(lag for at, lag in list(self._lags) if now - at < REMEMBERED_S)])

    def start(self) -> None:
        """Begin; call on the running loop."""
        self._woken_at = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._feel(), name="loop-watch")
        watched = threading.get_ident()
        self._thread = threading.Thread(target=self._look, args=(watched,), name="loop-watch", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Stop both."""
        self._over.set()
        await end_tasks([self._task])
        self._task = None

    async def _feel(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            now = time.monotonic()
            lag_s = max(0.0, now - self._woken_at - self._every_s)
            self._woken_at = now
            self._remember(now, lag_s)
            if lag_s >= self._late_s:
                log.warning("event_loop_late", lag_s=round(lag_s, 2))

    def _remember(self, now: float, lag_s: float) -> None:
        while self._lags and now - self._lags[0][0] >= REMEMBERED_S:
            self._lags.popleft()
        self._lags.append((now, lag_s))

    def _look(self, watched: int) -> None:
        reported_at = 0.0
        while not self._over.wait(self._every_s):
            woken_at = self._woken_at
            blocked_s = time.monotonic() - woken_at - self._every_s
            if blocked_s < self._late_s or woken_at == reported_at:
                continue
            reported_at = woken_at
            frame = sys._current_frames().get(watched)
            stack = traceback.format_stack(frame)[-STACK_LINES:] if frame is not None else []
            log.error("event_loop_blocked", blocked_s=round(blocked_s, 2), stack="".join(stack))
