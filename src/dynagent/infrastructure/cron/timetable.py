"""Times from cron expressions by cronsim, in IANA time zones by zoneinfo (gaps and folds of summer time included)."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from dynagent.core.schedules import BadTimetable, Timetable
from dynagent.core.shared.errors import Violation

FIELDS = "five fields: minute hour day-of-month month day-of-week, for example `0 9 * * 1-5`"


class CronTimetable(Timetable):
    """Implements Timetable."""

    def after(self, cron: str, time_zone: str, moment: datetime, count: int = 1) -> list[datetime]:
        """Return the next times after a moment, in UTC. Raises BadTimetable."""
        zone = _zone(time_zone)
        if len(cron.split()) != 5:
            raise _bad("/cron", "five_fields", f"must have {FIELDS}")
        try:
            times = list(islice(CronSim(cron, moment.astimezone(zone)), count))
        except CronSimError as error:
            raise _bad("/cron", "cron", f"{error}; it must have {FIELDS}") from None
        if not times:
            raise _bad("/cron", "never", "names no time within the next fifty years")
        return [time.astimezone(UTC) for time in times]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # ValueError and OSError: names that are no file name, such as `../etc` or a directory of the database.
        raise _bad("/time_zone", "time_zone", "must be an IANA time zone such as Europe/Berlin or UTC") from None


def _bad(pointer: str, rule: str, detail: str) -> BadTimetable:
    return BadTimetable("the schedule names no time", violations=[Violation(pointer, rule, detail)])
