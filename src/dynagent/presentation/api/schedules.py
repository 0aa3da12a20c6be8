"""Routes of schedules."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.schedules import ChangeSchedule, CreateSchedule, RemoveSchedule, ScheduleWorkflow
from dynagent.application.queries.schedules import GetSchedule, ListSchedules, PreviewTimes
from dynagent.application.queries.workflows import GetWorkflow
from dynagent.core.executions import MAX_QUERY
from dynagent.core.schedules import MAX_CRON, MAX_ZONE, Schedule
from dynagent.core.shared.paging import Page
from dynagent.core.shared.secret_names import masked
from dynagent.presentation.api.shared.contexts import RunData
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("schedules", "Schedules")
of_workflows = noun_router("workflows", "Schedules")

Name = Annotated[str, Field(min_length=1, max_length=255)]
Cron = Annotated[str, Field(min_length=1, max_length=MAX_CRON, examples=["0 9 * * 1-5"])]
Zone = Annotated[str, Field(min_length=1, max_length=MAX_ZONE, examples=["Europe/Berlin"])]
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]
AgentId = Annotated[str, Field(min_length=1, max_length=100)]


class ScheduleBody(BaseModel):
    """When an agent is asked what. `cron` has five fields and counts in `time_zone`."""

    model_config = ConfigDict(extra="forbid")

    agent_id: AgentId
    name: Name
    cron: Cron
    query: Question
    time_zone: Zone = "UTC"
    model: ModelName | None = None
    context: RunData = Field(default_factory=dict)
    paused: bool = False


class WorkflowScheduleBody(BaseModel):
    """When a workflow is run with which inputs. `cron` has five fields and counts in `time_zone`."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    cron: Cron
    inputs: RunData = Field(default_factory=dict)
    time_zone: Zone = "UTC"
    paused: bool = False


class ScheduleChanges(BaseModel):
    """The fields to change; the others stay. `paused` stops and starts it; `inputs` are those of a workflow."""

    model_config = ConfigDict(extra="forbid")

    agent_id: AgentId | None = None
    name: Name | None = None
    cron: Cron | None = None
    query: Question | None = None
    time_zone: Zone | None = None
    model: ModelName | None = None
    context: RunData | None = None
    inputs: RunData | None = None
    paused: bool | None = None


class ScheduleOut(BaseModel):
    """A schedule. Times are ISO 8601 in UTC."""

    id: str
    schedule_id: str
    agent_id: str = Field(description="Empty when a workflow is run.")
    workflow_id: str | None
    name: str
    cron: str
    time_zone: str
    query: str = Field(description="What the agent is asked; of a workflow its inputs as a line.")
    model: str | None
    context: dict[str, Any]
    inputs: dict[str, Any]
    paused: bool
    next_fire: datetime | None
    last_fire: datetime | None
    last_execution_id: str | None
    last_problem: str | None = Field(
        description="Why nothing was started when it was last due; null when something was."
    )
    next_times: list[datetime] = Field(description="The next five times; only when one schedule is asked for.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, schedule: Schedule, next_times: "list[datetime] | None" = None) -> "ScheduleOut":
        """Return the answer for a schedule."""
        fields = schedule.model_dump(exclude={"user_id"})
        fields |= {"context": masked(schedule.context), "agent_id": schedule.agent_id or ""}
        return cls.model_construct(**fields, schedule_id=schedule.id, next_times=next_times or [])


class ScheduleList(Envelope):
    """A page of schedules, newest first."""

    schedules: list[ScheduleOut]

    @classmethod
    def of(cls, page: Page[Schedule]) -> "ScheduleList":
        """Return the answer for a page."""
        return cls(schedules=[ScheduleOut.of(item) for item in page.items], **page_fields(page))


class NextTimes(BaseModel):
    """When a timetable would fire, in UTC."""

    next_times: list[datetime]


@router.post("", status_code=201, operation_id="create_schedule", summary="Create a schedule")
async def create_schedule(body: ScheduleBody, response: Response, ask: Ask) -> ScheduleOut:
    """Have an agent asked at set times."""
    schedule = await ask(CreateSchedule(**dict(body)))
    response.headers["Location"] = f"/api/v1/schedules/{schedule.id}"
    return ScheduleOut.of(schedule)


@router.get("", operation_id="list_schedules", summary="List schedules")
async def list_schedules(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    agent_id: Annotated[str | None, Query(max_length=100)] = None,
    workflow_id: Annotated[str | None, Query(max_length=100)] = None,
) -> ScheduleList:
    """Give your schedules, newest first."""
    found = await ask(ListSchedules(agent_id, page, workflow_id))
    link_next(request, response, found)
    return ScheduleList.of(found)


# Before the route of one schedule, whose id would match `preview` too.
@router.get("/preview", operation_id="preview_schedule", summary="Next times of a timetable")
async def preview_schedule(
    ask: Ask,
    cron: Annotated[str, Query(min_length=1, max_length=MAX_CRON, examples=["0 9 * * 1-5"])],
    time_zone: Annotated[str, Query(min_length=1, max_length=MAX_ZONE)] = "UTC",
) -> NextTimes:
    """Give the next five times of a cron expression, without storing anything."""
    return NextTimes(next_times=list(await ask(PreviewTimes(cron, time_zone))))


@router.get("/{schedule_id}", operation_id="get_schedule", summary="Get a schedule")
async def get_schedule(schedule_id: str, ask: Ask) -> ScheduleOut:
    """Give one schedule with its next five times."""
    view = await ask(GetSchedule(schedule_id))
    return ScheduleOut.of(view.schedule, list(view.next_times))


@router.patch("/{schedule_id}", operation_id="change_schedule", summary="Change, pause or resume a schedule")
async def change_schedule(schedule_id: str, body: ScheduleChanges, ask: Ask) -> ScheduleOut:
    """Change what is given; the next time is computed anew."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if "model" in body.model_fields_set and body.model is None:
        changes["model"] = None
    return ScheduleOut.of(await ask(ChangeSchedule(schedule_id, changes)))


@router.delete("/{schedule_id}", status_code=204, operation_id="remove_schedule", summary="Remove a schedule")
async def remove_schedule(schedule_id: str, ask: Ask) -> None:
    """Remove it; its executions stay."""
    await ask(RemoveSchedule(schedule_id))


@of_workflows.post(
    "/{workflow_id}/schedules", status_code=201, operation_id="schedule_workflow", summary="Schedule a workflow"
)
async def schedule_workflow(workflow_id: str, body: WorkflowScheduleBody, response: Response, ask: Ask) -> ScheduleOut:
    """Have a workflow run at set times; change and remove it as any other schedule."""
    schedule = await ask(ScheduleWorkflow(workflow_id=workflow_id, **dict(body)))
    response.headers["Location"] = f"/api/v1/schedules/{schedule.id}"
    return ScheduleOut.of(schedule)


@of_workflows.get(
    "/{workflow_id}/schedules", operation_id="list_schedules_of_workflow", summary="List a workflow's schedules"
)
async def list_schedules_of_workflow(
    workflow_id: str, request: Request, response: Response, page: PageOf, ask: Ask
) -> ScheduleList:
    """Give the schedules of a workflow, newest first."""
    workflow = await ask(GetWorkflow(workflow_id))
    found = await ask(ListSchedules(None, page, workflow.id))
    link_next(request, response, found)
    return ScheduleList.of(found)
