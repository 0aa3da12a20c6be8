"""Questions about schedules."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.schedules import BadTimetable, Schedule, ScheduleNotFound, Schedules, Timetable
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.paging import Page, PageRequest

SHOWN_TIMES = 5


@dataclass(frozen=True)
class ScheduleView:
    """A schedule and its next times (none while it is paused)."""

    schedule: Schedule
    next_times: Sequence[datetime] = ()


@dataclass(frozen=True)
class GetSchedule(Query[ScheduleView], needs="executions:read", raises=(ScheduleNotFound,)):
    """One schedule with its next five times. Raises ScheduleNotFound."""

    schedule_id: str


@dataclass(frozen=True)
class ListSchedules(Query[Page[Schedule]], needs="executions:read"):
    """A page of the caller's schedules, newest first; of one agent or one workflow when given."""

    agent_id: str | None = None
    page: PageRequest = field(default_factory=PageRequest)
    workflow_id: str | None = None


@dataclass(frozen=True)
class PreviewTimes(Query[Sequence[datetime]], needs="executions:read", raises=(BadTimetable,), scope="none"):
    """The next five times of a timetable that is not stored (yet). Raises BadTimetable."""

    cron: str
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class GetScheduleHandler:
    """Handles GetSchedule."""

    schedules: Schedules
    _: KW_ONLY
    timetable: Timetable
    clock: Clock = utc_now

    async def __call__(self, message: GetSchedule, caller: Caller) -> ScheduleView:
        """Return it as it is now."""
        schedule = await self.schedules.existing(message.schedule_id)
        if schedule.paused:
            return ScheduleView(schedule)
        times = self.timetable.after(schedule.cron, schedule.time_zone, self.clock(), SHOWN_TIMES)
        return ScheduleView(schedule, times)


@dataclass(frozen=True, slots=True)
class ListSchedulesHandler:
    """Handles ListSchedules."""

    schedules: Schedules

    async def __call__(self, message: ListSchedules, caller: Caller) -> Page[Schedule]:
        """Return the page."""
        return await self.schedules.find(message.agent_id, message.page, workflow_id=message.workflow_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTimesHandler:
    """Handles PreviewTimes."""

    timetable: Timetable
    clock: Clock = utc_now

    async def __call__(self, message: PreviewTimes, caller: Caller) -> Sequence[datetime]:
        """Return the times, counted from now."""
        return self.timetable.after(message.cron, message.time_zone, self.clock(), SHOWN_TIMES)
