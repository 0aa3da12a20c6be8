"""The store's time: what machines with different clocks agree on."""

import time
from datetime import datetime, timedelta

from dynagent.core.shared.clock import utc_now


class StoreClock:
    """A clock that goes by the database's, as far as it was told it; in between by seconds, whatever the wall says.

    Deadlines and due times are compared by the database: made by a wrong clock they would come at once or never.
    """

    def __init__(self) -> None:
        self._reported: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return now; by this machine's clock until the first `set`."""
        if self._reported is None:
            return utc_now()
        moment, at = self._reported
        return moment + timedelta(seconds=time.monotonic() - at)

    def set(self, moment: datetime, *, asked_at: float) -> None:
        """Note what the database said to a question that was asked at this second of the monotonic clock."""
        self._reported = moment, (asked_at + time.monotonic()) / 2
