"""Notifications and cancel signals: to the worker of this process first, to the others where that is not enough."""

from collections.abc import Callable

from dynagent.core.executions import CancelSignal, Lane, Notifier

OnNotification = Callable[[str, Lane], None]
OnCancel = Callable[[str], None]
HasRoom = Callable[[Lane], bool]


class NearestNotifier(Notifier):
    """Notifies the worker of this process while it has room, else the others; the nearest start is the fastest.

    `remote` is None when there is no way to reach others: then this process's worker queues the notification.
    """

    def __init__(self, remote: Notifier | None = None) -> None:
        self._remote = remote
        self._on_notification: OnNotification | None = None
        self._has_room: HasRoom = lambda _: True

    def attach(self, on_notification: OnNotification, has_room: HasRoom) -> None:
        """Have this process's worker hear the notifications."""
        self._on_notification = on_notification
        self._has_room = has_room

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Notify."""
        if self._on_notification is not None and (self._remote is None or self._has_room(lane)):
            self._on_notification(execution_id, lane)
        elif self._remote is not None:
            await self._remote.notify(execution_id, lane)


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
