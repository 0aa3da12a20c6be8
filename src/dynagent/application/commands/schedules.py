"""Commands about schedules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.context_safe import ContextSafe
from dynagent.application.shared.messages import Command
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.language_models import ChatModels
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
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.text import clean_json
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import WorkflowNotFound, Workflows, summary_of


@dataclass(frozen=True, kw_only=True)
class CreateSchedule(
    Command[Schedule], needs="executions:run", raises=(AgentNotFound, BadTimetable, TooManySchedules, InvalidInput)
):
    """Have an agent asked at set times. Raises AgentNotFound, BadTimetable, TooManySchedules, InvalidInput (model)."""

    agent_id: str
    name: str
    cron: str
    query: str
    time_zone: str = "UTC"
    model: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class ScheduleWorkflow(
    Command[Schedule],
    needs="executions:run",
    audit="schedule.created",
    raises=(WorkflowNotFound, BadTimetable, TooManySchedules, InvalidInput),
):
    """Have a workflow run at set times. Raises WorkflowNotFound, BadTimetable, TooManySchedules, InvalidInput."""

    workflow_id: str
    name: str
    cron: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    time_zone: str = "UTC"
    paused: bool = False


@dataclass(frozen=True)
class ChangeSchedule(
    Command[Schedule],
    needs="executions:run",
    raises=(ScheduleNotFound, AgentNotFound, BadTimetable, ScheduleChangedMeanwhile, InvalidInput),
):
    """Change fields of a schedule; its next time is computed anew.

    Raises ScheduleNotFound, AgentNotFound, BadTimetable, ScheduleChangedMeanwhile, InvalidInput.
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
class ScheduleChecks:
    """Refuses what may not become a schedule."""

    schedules: Schedules
    agents: AgentRepository
    models: ChatModels
    settings: ScheduleSettings

    def check_model(self, model: str | None) -> None:
        """Refuse with InvalidInput a model that is not there."""
        if model is not None and not self.models.knows(model):
            unknown = Violation("/model", "known_model", f"no model answers to the name {model!r}")
            raise InvalidInput("the schedule names a model that is not there", violations=[unknown])

    async def check_number(self) -> None:
        """Refuse with TooManySchedules whoever has as many as he may."""
        most = self.settings.max_schedules_per_user
        count = (await self.schedules.find(None, PageRequest(limit=1))).total
        if count >= most:
            raise TooManySchedules(
                f"you have {count} schedules; at most {most} are kept for a user", extra={"limit": most, "count": count}
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoringSchedules:
    """Stores new schedules."""

    schedules: Schedules
    uow: UnitOfWork
    timetable: Timetable
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def store(
        self, message: CreateSchedule | ScheduleWorkflow, caller: Caller, started: Mapping[str, Any]
    ) -> Schedule:
        """Return the new schedule; `started` is what it starts, and with what. Raises BadTimetable."""
        now = self.clock()
        following = self.timetable.after(message.cron, message.time_zone, now)[0]
        schedule = Schedule(
            id=self.new_id(),
            user_id=caller.user_id,
            name=message.name,
            cron=message.cron,
            time_zone=message.time_zone,
            paused=message.paused,
            next_fire=None if message.paused else following,
            created_at=now,
            updated_at=now,
            **started,
        )
        await self.schedules.create(schedule)
        await self.uow.commit()
        return schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateScheduleHandler:
    """Handles CreateSchedule."""

    storing: StoringSchedules
    checks: ScheduleChecks
    safe: ContextSafe

    async def __call__(self, message: CreateSchedule, caller: Caller) -> Schedule:
        """Return the new schedule with its next time."""
        await self.checks.agents.existing(message.agent_id)
        self.checks.check_model(message.model)
        await self.checks.check_number()
        started: dict[str, Any] = {
            "agent_id": message.agent_id,
            "query": message.query,
            "model": message.model,
            "context": self.safe.sealed(message.context, owner=caller.user_id),
        }
        return await self.storing.store(message, caller, started)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWorkflowHandler:
    """Handles ScheduleWorkflow."""

    storing: StoringSchedules
    workflows: Workflows
    checks: ScheduleChecks

    async def __call__(self, message: ScheduleWorkflow, caller: Caller) -> Schedule:
        """Return the new schedule with its next time."""
        workflow = await self.workflows.existing(message.workflow_id)
        await self.checks.check_number()
        inputs = clean_json(dict(message.inputs))
        query = summary_of(inputs) if inputs else ""
        return await self.storing.store(message, caller, {"workflow_id": workflow.id, "query": query, "inputs": inputs})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeScheduleHandler:
    """Handles ChangeSchedule."""

    schedules: Schedules
    uow: UnitOfWork
    timetable: Timetable
    checks: ScheduleChecks
    safe: ContextSafe
    clock: Clock = utc_now

    async def __call__(self, message: ChangeSchedule, caller: Caller) -> Schedule:
        """Return the changed schedule."""
        schedule = await self.schedules.existing(message.schedule_id)
        schedule.check_changes(message.changes)
        if "agent_id" in message.changes:
            await self.checks.agents.existing(message.changes["agent_id"])
        if "model" in message.changes:
            self.checks.check_model(message.changes["model"])
        changes = dict(message.changes)
        if "context" in changes:
            changes["context"] = self.safe.sealed(changes["context"], owner=schedule.user_id, before=schedule.context)
        if "inputs" in changes:
            changes["inputs"] = clean_json(changes["inputs"])
            changes["query"] = summary_of(changes["inputs"]) if changes["inputs"] else ""
        changed = schedule.changed(self.timetable, changes, now=self.clock())
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
