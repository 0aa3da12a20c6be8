"""Questions about schedules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.schedules import Schedule, ScheduleNotFound, Schedules, Timetable
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.paging import Page, PageRequest

SHOWN_TIMES = 5


@dataclass(frozen=True)
class ScheduleView:
    """A schedule and its next times (none while it is paused)."""

    schedule: Schedule
    next_times: Sequence[datetime] = ()


@dataclass(frozen=True)
class GetSchedule(Returns[ScheduleView]):
    """One schedule with its next five times. Raises ScheduleNotFound."""

    schedule_id: str


@dataclass(frozen=True)
class ListSchedules(Returns[Page[Schedule]]):
    """A page of the caller's schedules, newest first; of one agent when given."""

    agent_id: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class PreviewTimes(Returns[Sequence[datetime]]):
    """The next five times of a timetable that is not stored (yet). Raises BadTimetable."""

    cron: str
    time_zone: str = "UTC"


class GetScheduleHandler:
    """Handles GetSchedule."""

    def __init__(self, schedules: Schedules, *, timetable: Timetable, clock: Clock = utc_now) -> None:
        self._schedules = schedules
        self._timetable = timetable
        self._clock = clock

    async def __call__(self, message: GetSchedule, caller: Caller) -> ScheduleView:
        """Return it as it is now."""
        schedule = await self._schedules.get_by_id(message.schedule_id)
        if schedule is None:
            raise ScheduleNotFound(f"there is no schedule {message.schedule_id!r}")
        if schedule.paused:
            return ScheduleView(schedule)
        times = self._timetable.after(schedule.cron, schedule.time_zone, self._clock(), SHOWN_TIMES)
        return ScheduleView(schedule, times)


class ListSchedulesHandler:
    """Handles ListSchedules."""

    def __init__(self, schedules: Schedules) -> None:
        self._schedules = schedules

    async def __call__(self, message: ListSchedules, caller: Caller) -> Page[Schedule]:
        """Return the page."""
        return await self._schedules.find(message.agent_id, message.page)


class PreviewTimesHandler:
    """Handles PreviewTimes."""

    def __init__(self, *, timetable: Timetable, clock: Clock = utc_now) -> None:
        self._timetable = timetable
        self._clock = clock

    async def __call__(self, message: PreviewTimes, caller: Caller) -> Sequence[datetime]:
        """Return the times, counted from now."""
        return self._timetable.after(message.cron, message.time_zone, self._clock(), SHOWN_TIMES)
