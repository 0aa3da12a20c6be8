"""Schedules: an agent asked the same thing, or a workflow run with the same inputs, at set times.

Each due time starts one run, however many workers there are.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, InvalidInput, NotFound, StaleVersion, Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

knows = frozenset({"agents", "executions", "language_models", "workflows"})
"""The nouns whose core ports its commands and queries may use."""

MAX_CRON = 200
MAX_ZONE = 64
OF_AGENTS = frozenset({"agent_id", "query", "model", "context"})
"""What only a schedule of an agent has."""


class ScheduleNotFound(NotFound):
    """No schedule under this id that the caller may see."""

    code = "schedule_not_found"


class ScheduleChangedMeanwhile(StaleVersion):
    """Somebody else changed the schedule, or it fired, since it was read; read it again."""

    code = "schedule_changed_meanwhile"


class BadTimetable(InvalidInput):
    """The cron expression or the time zone cannot be read, or names no time at all."""

    code = "bad_timetable"


class TooManySchedules(Conflict):
    """The owner has as many schedules as he may; `extra` has `limit` and `count`."""

    code = "too_many_schedules"


class Timetable(Protocol):
    """Computes times from cron expressions (five fields) in a time zone (IANA name)."""

    def after(self, cron: str, time_zone: str, moment: datetime, count: int = 1) -> list[datetime]:
        """Return the next `count` times after a moment, in UTC. Raises BadTimetable with the field at fault."""
        ...


class Schedule(BaseModel):
    """When an agent is asked what (`query`, `model`, `context`), or a workflow run with which `inputs`.

    It has one of `agent_id` and `workflow_id`. `next_fire` is None while it is paused; times are aware, in UTC.
    `last_problem` says why nothing was started when it was last due, None when something was.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    agent_id: str | None = None
    workflow_id: str | None = None
    name: str = Field(min_length=1, max_length=255)
    cron: str = Field(min_length=1, max_length=MAX_CRON)
    time_zone: str = Field(default="UTC", min_length=1, max_length=MAX_ZONE)
    query: str = Field(default="", max_length=100_000)
    model: str | None = Field(default=None, max_length=200)
    context: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Any] = Field(default_factory=dict)
    paused: bool = False
    next_fire: datetime | None = None
    last_fire: datetime | None = None
    last_execution_id: str | None = None
    last_problem: str | None = None
    created_at: datetime
    updated_at: datetime

    def check_changes(self, names: Collection[str]) -> None:
        """Refuse with InvalidInput what belongs to the other kind of schedule."""
        kind, strange = ("agent", {"inputs"}) if self.workflow_id is None else ("workflow", OF_AGENTS)
        found = [
            Violation(f"/{name}", f"of_{kind}", f"the schedule is one of {kind}s, which has no {name}")
            for name in sorted(strange.intersection(names))
        ]
        if found:
            raise InvalidInput(f"this cannot be changed of a schedule of {kind}s", violations=found)

    def changed(self, timetable: Timetable, changes: dict[str, Any], *, now: datetime) -> "Schedule":
        """Return it with other fields. Its next time is computed anew from now when it has other times, none if paused.

        Otherwise it stays, also one that is due this very moment.
        """
        merged = self.model_validate(self.model_dump() | changes)
        following = merged.next_fire
        if merged.times != self.times or following is None:
            following = None if merged.paused else timetable.after(merged.cron, merged.time_zone, now)[0]
        return merged.model_copy(update={"next_fire": following, "updated_at": later(now, self.updated_at)})

    @property
    def times(self) -> tuple[str, str, bool]:
        """What its times follow from."""
        return self.cron, self.time_zone, self.paused


class ScheduledRun(BaseModel):
    """The run of a schedule that is due, with the names that a run has for it."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    kind: Literal["agent", "workflow"]
    subject_id: str
    subject_version: int
    subject_name: str
    input: dict[str, Any]


class Fired(BaseModel):
    """What is stored of a due time: the next one (None: there is none), and why nothing was started or none follows."""

    model_config = ConfigDict(frozen=True)

    next_fire: datetime | None
    problem: str | None


class DueSchedule(BaseModel):
    """A schedule whose time has come, with what counts of its agent or workflow; `now` is the database's time.

    `run_timeout_s` is its own time limit of a run in seconds, None for one that sets none. `obstacle` is why the agent
    takes no runs.
    """

    model_config = ConfigDict(frozen=True)

    schedule: Schedule
    due: datetime
    now: datetime
    version: int
    name: str
    obstacle: str | None = None
    run_timeout_s: float | None = None
    output_schema: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """What makes a due time start one run at most."""
        return f"{self.schedule.id}:{self.due.isoformat()}"

    def run(self) -> ScheduledRun | None:
        """Return what to start, None when the agent takes no runs: it is passed over."""
        if self.obstacle is not None:
            return None
        schedule = self.schedule
        common: dict[str, Any] = {
            "user_id": schedule.user_id,
            "subject_version": self.version,
            "subject_name": self.name,
        }
        if schedule.workflow_id is not None:
            given = {"query": schedule.query or schedule.name, "inputs": schedule.inputs}
            return ScheduledRun(kind="workflow", subject_id=schedule.workflow_id, input=given, **common)
        asked = {"query": schedule.query, "model": schedule.model, "context": schedule.context}
        asked |= {"output_schema": self.output_schema}
        return ScheduledRun(kind="agent", subject_id=schedule.agent_id or "", input=asked, **common)

    def fired(self, timetable: Timetable, *, waiting: int = 0, most_waiting: int) -> Fired:
        """Return what comes of this due time, for an owner with that many executions waiting, of at most so many.

        Due times that passed while nobody looked are made up for once: the next one is after now. A time zone that this
        machine does not know stops the schedule, rather than have it fire at a wrong time.
        """
        passed_over = None
        if self.obstacle is not None:
            passed_over = f"{self.obstacle}: nothing was started"
        elif waiting >= most_waiting:
            passed_over = f"{waiting} of your executions are waiting: nothing was started"
        try:
            following = timetable.after(self.schedule.cron, self.schedule.time_zone, self.now)[0]
        except BadTimetable as error:
            reasons = "; ".join(f"{item.pointer.strip('/')} {item.detail}" for item in error.violations)
            return Fired(next_fire=None, problem=f"the schedule stands still: {reasons or error.detail}")
        return Fired(next_fire=following, problem=passed_over)


class Schedules(BaseRepository[Schedule]):
    """The owner's schedules. `update` refuses with ScheduleChangedMeanwhile what was read before the last change."""

    noun = "schedule"
    not_found = ScheduleNotFound

    async def find(self, agent_id: str | None, page: PageRequest, *, workflow_id: str | None = None) -> Page[Schedule]:
        """Return a page, newest first; of one agent or one workflow when given."""
        raise NotImplementedError
