"""A clock that a test turns."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Tells a fixed time until it is turned; every reading moves it on by a millisecond, so that times differ."""

    def __init__(self, now: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
