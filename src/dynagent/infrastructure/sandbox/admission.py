"""How many calls run at once and how many a minute, per tenant and in all; who gets no place is told to come back."""

import asyncio
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass

from dynagent.core.tools import SandboxBusy

_WAITING_PER_PLACE = 16
_TENANTS = 10_000


@dataclass(slots=True)
class _Waiter:
    user_id: str
    turn: asyncio.Future[None]


class Rate:
    """A bucket per tenant that holds a minute's calls and fills evenly; the longest unused are forgotten, full."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, user_id: str, now_s: float) -> float:
        """Count one call at this moment (seconds); return 0, or the seconds until one is allowed, nothing counted."""
        if not self._per_minute:
            return 0.0
        left, at = self._left.pop(user_id, (float(self._per_minute), now_s))
        left = min(self._per_minute, left + (now_s - at) * self._per_minute / 60)
        allowed = left >= 1
        self._left[user_id] = (left - 1 if allowed else left, now_s)
        if len(self._left) > _TENANTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self._per_minute


class Admission:
    """Gives out places in order of arrival, passing over tenants that have all of theirs."""

    def __init__(self, *, per_tenant: int, in_all: int, wait_s: float, per_minute: int = 0) -> None:
        self._per_tenant, self._in_all, self._wait_s = per_tenant, in_all, wait_s
        self._rate = Rate(per_minute)
        self._taken: Counter[str] = Counter()
        self._total = 0
        self._queue: deque[_Waiter] = deque()

    async def enter(self, user_id: str) -> None:
        """Take a place, waiting for one at most `wait_s`. Raises SandboxBusy. Every enter has its `leave`."""
        if pause_s := self._rate.take(user_id, asyncio.get_running_loop().time()):
            raise SandboxBusy("this tenant has made all its calls of this minute", retry_after_s=pause_s)
        if self._fits(user_id):
            self._take(user_id)
            return
        await self._wait(user_id)

    async def _wait(self, user_id: str) -> None:
        if len(self._queue) >= self._in_all * _WAITING_PER_PLACE:
            raise SandboxBusy("too many calls of tools are waiting", retry_after_s=self._wait_s)
        waiter = _Waiter(user_id, asyncio.get_running_loop().create_future())
        self._queue.append(waiter)
        try:
            async with asyncio.timeout(self._wait_s):
                await waiter.turn
        except BaseException as error:
            if waiter in self._queue:
                self._queue.remove(waiter)
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.leave(user_id)
            if isinstance(error, TimeoutError):
                raise SandboxBusy(
                    f"{self._taken[user_id]} calls of this tenant and {self._total} in all are running",
                    retry_after_s=1.0,
                ) from None
            raise

    def leave(self, user_id: str) -> None:
        """Give a place back; it goes to the first who may have it."""
        self._total -= 1
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]
        for waiter in list(self._queue):
            if self._total >= self._in_all:
                return
            if waiter.turn.done():
                self._queue.remove(waiter)
            elif self._fits(waiter.user_id):
                self._queue.remove(waiter)
                self._take(waiter.user_id)
                waiter.turn.set_result(None)

    def _fits(self, user_id: str) -> bool:
        return self._total < self._in_all and self._taken[user_id] < self._per_tenant

    def _take(self, user_id: str) -> None:
        self._total += 1
        self._taken[user_id] += 1
