"""Commands about schedules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.schedules import (
    BadTimetable,
    Schedule,
    ScheduleChangedMeanwhile,
    ScheduleNotFound,
    Schedules,
    Timetable,
    TooManySchedules,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class CreateSchedule(Command[Schedule], needs="executions:run", raises=(AgentNotFound, BadTimetable, TooManySchedules)):
    """Have an agent asked at set times. Raises AgentNotFound, BadTimetable, TooManySchedules."""

    agent_id: str
    name: str
    cron: str
    query: str
    time_zone: str = "UTC"
    model: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    paused: bool = False


@dataclass(frozen=True)
class ChangeSchedule(
    Command[Schedule],
    needs="executions:run",
    raises=(ScheduleNotFound, AgentNotFound, BadTimetable, ScheduleChangedMeanwhile),
):
    """Change fields of a schedule; its next time is computed anew.

    Raises ScheduleNotFound, AgentNotFound, BadTimetable, ScheduleChangedMeanwhile.
    """

    schedule_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class RemoveSchedule(Command[None], needs="executions:run", raises=(ScheduleNotFound,)):
    """Remove a schedule; its executions stay. Raises ScheduleNotFound."""

    schedule_id: str


class ScheduleSettings(BaseSettings):
    """How many schedules a user may have: each fires up to once a minute, for ever."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    max_schedules_per_user: int = Field(default=100, ge=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateScheduleHandler:
    """Handles CreateSchedule."""

    schedules: Schedules
    uow: UnitOfWork
    timetable: Timetable
    agents: AgentRepository
    settings: ScheduleSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: CreateSchedule, caller: Caller) -> Schedule:
        """Return the new schedule with its next time."""
        await self.agents.existing(message.agent_id)
        await self._check_number()
        now = self.clock()
        following = self.timetable.after(message.cron, message.time_zone, now)[0]
        schedule = Schedule(
            id=self.new_id(),
            user_id=caller.user_id,
            agent_id=message.agent_id,
            name=message.name,
            cron=message.cron,
            time_zone=message.time_zone,
            query=message.query,
            model=message.model,
            context=dict(message.context),
            paused=message.paused,
            next_fire=None if message.paused else following,
            created_at=now,
            updated_at=now,
        )
        await self.schedules.create(schedule)
        await self.uow.commit()
        return schedule

    async def _check_number(self) -> None:
        most = self.settings.max_schedules_per_user
        count = (await self.schedules.find(None, PageRequest(limit=1))).total
        if count >= most:
            raise TooManySchedules(
                f"you have {count} schedules; at most {most} are kept for a user", extra={"limit": most, "count": count}
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeScheduleHandler:
    """Handles ChangeSchedule."""

    schedules: Schedules
    uow: UnitOfWork
    timetable: Timetable
    agents: AgentRepository
    clock: Clock = utc_now

    async def __call__(self, message: ChangeSchedule, caller: Caller) -> Schedule:
        """Return the changed schedule."""
        schedule = await self.schedules.existing(message.schedule_id)
        if "agent_id" in message.changes:
            await self.agents.existing(message.changes["agent_id"])
        changed = schedule.changed(self.timetable, dict(message.changes), now=self.clock())
        await self.schedules.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveScheduleHandler:
    """Handles RemoveSchedule."""

    schedules: Schedules
    uow: UnitOfWork

    async def __call__(self, message: RemoveSchedule, caller: Caller) -> None:
        """Remove it."""
        schedule = await self.schedules.existing(message.schedule_id)
        await self.schedules.delete(schedule.id)
        await self.uow.commit()
