"""Time as a port: handlers and entities are told the time, they never look."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns now as an aware datetime in UTC."""


def utc_now() -> datetime:
    """Return the wall clock's time in UTC."""
    return datetime.now(UTC)


def later(now: datetime, than: datetime) -> datetime:
    """Return `now`, or a microsecond after `than` where clocks disagree: a change is always later than the last."""
    return max(now, than + timedelta(microseconds=1))
