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


@pytest.mark.parametrize(
    ("cron", "moment", "expected"),
    [
        # The hour from 2 to 3 is left out on 29 March: what is due in it runs as it ends.
        ("30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("0 3 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T01:00"]),
        ("*/30 * * * *", "2026-03-29T00:10", ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"]),
        # It comes twice on 25 October: a time of day runs once, an interval all the time.
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("30 * * * *", "2026-10-24T23:00", ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30"]),
        ("0 0 * * *", "2026-10-24T12:00", ["2026-10-24T22:00", "2026-10-25T23:00"]),
    ],
)
def test_the_nights_of_summer_time_in_berlin(cron: str, moment: str, expected: list[str]) -> None:
    assert TIMETABLE.after(cron, "Europe/Berlin", at(moment), len(expected)) == [at(time) for time in expected]


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
