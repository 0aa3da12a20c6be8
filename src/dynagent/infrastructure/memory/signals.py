"""Bells and cancel signals: to the worker of this process first, to the others where that is not enough."""

from collections.abc import Callable

from dynagent.core.runs import CancelSignal, Doorbell, Lane

OnRing = Callable[[str, Lane], None]
OnCancel = Callable[[str], None]
HasRoom = Callable[[Lane], bool]


class NearestDoorbell(Doorbell):
    """Rings the worker of this process while it has room, else the others; the nearest start is the fastest.

    `remote` is None when there is no way to reach others: then this process's worker queues the bell.
    """

    def __init__(self, remote: Doorbell | None = None) -> None:
        self._remote = remote
        self._on_ring: OnRing | None = None
        self._has_room: HasRoom = lambda _: True

    def attach(self, on_ring: OnRing, has_room: HasRoom) -> None:
        """Have this process's worker hear the bells."""
        self._on_ring = on_ring
        self._has_room = has_room

    async def ring(self, execution_id: str, lane: Lane) -> None:
        """Ring."""
        if self._on_ring is not None and (self._remote is None or self._has_room(lane)):
            self._on_ring(execution_id, lane)
        elif self._remote is not None:
            await self._remote.ring(execution_id, lane)


class SpreadCancelSignal(CancelSignal):
    """Tells this process's worker at once and all others through `remote`."""

    def __init__(self, remote: CancelSignal | None = None) -> None:
        self._remote = remote
        self._on_cancel: OnCancel | None = None

    def attach(self, on_cancel: OnCancel) -> None:
        """Have this process's worker hear the signals."""
        self._on_cancel = on_cancel

    async def announce(self, execution_id: str) -> None:
        """Announce."""
        if self._on_cancel is not None:
            self._on_cancel(execution_id)
        if self._remote is not None:
            await self._remote.announce(execution_id)
