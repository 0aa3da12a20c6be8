"""Times are computed in their zone, summer time included; what names no time is refused with the field."""

from datetime import UTC, datetime

import pytest

from dynagent.core.schedules import BadTimetable
from dynagent.infrastructure.cron.timetable import CronTimetable

TIMETABLE = CronTimetable()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_times_count_in_their_zone_and_are_given_in_utc() -> None:
    found = TIMETABLE.after("0 9 * * 1-5", "Europe/Berlin", at("2026-11-20T12:00"), 2)
    assert found == [at("2026-11-23T08:00"), at("2026-11-24T08:00")]


def test_the_hour_moves_with_summer_time() -> None:
    found = TIMETABLE.after("0 9 * * *", "Europe/Berlin", at("2026-03-28T00:00"), 3)
    assert [time.hour for time in found] == [8, 7, 7]


def test_a_time_that_summer_time_skips_is_not_lost() -> None:
    found = TIMETABLE.after("30 2 * * *", "Europe/Berlin", at("2026-03-28T12:00"), 2)
    assert len(found) == 2
    assert found[0] < found[1]


@pytest.mark.parametrize(
    ("cron", "zone", "pointer"),
    [
        ("* * * *", "UTC", "/cron"),
        ("0 0 * * * *", "UTC", "/cron"),
        ("61 * * * *", "UTC", "/cron"),
        ("x * * * *", "UTC", "/cron"),
        ("0 0 31 2 *", "UTC", "/cron"),
        ("", "UTC", "/cron"),
        ("* * * * *", "Mars/Olympus", "/time_zone"),
        ("* * * * *", "../../etc/passwd", "/time_zone"),
        ("* * * * *", "Europe", "/time_zone"),
        ("* * * * *", "", "/time_zone"),
    ],
)
def test_what_names_no_time_is_refused(cron: str, zone: str, pointer: str) -> None:
    with pytest.raises(BadTimetable) as caught:
        TIMETABLE.after(cron, zone, at("2026-01-01T00:00"))
    assert [item.pointer for item in caught.value.violations] == [pointer]
