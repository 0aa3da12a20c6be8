"""Time is aware, in UTC, and a change is later than the last."""

from datetime import UTC, datetime, timedelta

from dynagent.core.shared.clock import later, utc_now


def test_now_is_aware() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_a_change_is_later_than_the_last() -> None:
    last = datetime(2026, 1, 1, tzinfo=UTC)
    assert later(last + timedelta(seconds=1), last) == last + timedelta(seconds=1)
    assert later(last, last) > last
    assert later(last - timedelta(hours=1), last) > last
