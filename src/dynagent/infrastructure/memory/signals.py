"""Bells and cancel signals inside one process: they reach the worker of this process at once."""

from collections.abc import Callable

from dynagent.core.executions import CancelSignal, Doorbell, Lane

OnRing = Callable[[str, Lane], None]
OnCancel = Callable[[str], None]


class LocalDoorbell(Doorbell):
    """Rings whoever listens in this process; without a listener the bell is lost, as bells may be."""

    def __init__(self) -> None:
        self._listeners: list[OnRing] = []

    def listen(self, on_ring: OnRing) -> None:
        """Call `on_ring(execution_id, lane)` for every later bell, on the caller's loop."""
        self._listeners.append(on_ring)

    async def ring(self, execution_id: str, lane: Lane) -> None:
        """Ring."""
        for listener in self._listeners:
            listener(execution_id, lane)


class LocalCancelSignal(CancelSignal):
    """Tells the workers of this process."""

    def __init__(self) -> None:
        self._listeners: list[OnCancel] = []

    def listen(self, on_cancel: OnCancel) -> None:
        """Call `on_cancel(execution_id)` for every later signal."""
        self._listeners.append(on_cancel)

    async def announce(self, execution_id: str) -> None:
        """Announce."""
        for listener in self._listeners:
            listener(execution_id)
