"""Bodies of runs of workflows and of their steps."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.runs import Lane, Origin, Run, RunError, RunStatus, Usage
from dynagent.core.shared.paging import Page
from dynagent.core.workflows import TaskExecution, output_of
from dynagent.presentation.api.shared.paging import Envelope, page_fields


class RunWorkflowBody(BaseModel):
    """The inputs of a run, by name; templates and conditions read them as `inputs.<name>`."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(default_factory=dict)
    lane: Lane = "interactive"
    priority: int = Field(default=0, ge=-100, le=100, strict=True)
    file_ids: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        default_factory=list, max_length=20, description="Files that all agents of the run are given."
    )


class TaskInputBody(BaseModel):
    """A person's answer to what a step asks: a value that fits the form of the question."""

    model_config = ConfigDict(extra="forbid")

    input: Any


class WorkflowExecutionOut(BaseModel):
    """A run of a workflow. Durations in milliseconds."""

    execution_id: str
    workflow_id: str
    workflow_version: int
    workflow_name: str
    user_id: str
    status: RunStatus
    paused_at: datetime | None = Field(description="No further step is begun since then; null: it is not paused.")
    start_time: datetime | None
    end_time: datetime | None
    duration_ms: float | None
    inputs_json: dict[str, Any]
    final_output_json: Any = None
    error: RunError | None
    usage_metrics_json: Usage
    cost_usd: str | None
    origin: Origin | None = Field(description="Which run this one repeats, and how.")
    created_at: datetime

    @classmethod
    def of(cls, run: Run) -> "WorkflowExecutionOut":
        """Return the answer for a run."""
        return cls.model_construct(
            execution_id=run.id,
            workflow_id=run.subject_id,
            workflow_version=run.subject_version,
            workflow_name=run.subject_name,
            user_id=run.user_id,
            status=run.status,
            paused_at=run.paused_at,
            start_time=run.started_at,
            end_time=run.completed_at,
            duration_ms=run.duration_ms,
            inputs_json=run.input.get("inputs") or {},
            final_output_json=output_of(run),
            error=run.error,
            usage_metrics_json=run.usage,
            cost_usd=None if run.cost_usd is None else format(run.cost_usd, "f"),
            origin=run.origin,
            created_at=run.created_at,
        )


class WorkflowExecutionList(Envelope):
    """A page of runs, newest first."""

    executions: list[WorkflowExecutionOut]

    @classmethod
    def of(cls, page: Page[Run]) -> "WorkflowExecutionList":
        """Return the answer for a page."""
        executions = [WorkflowExecutionOut.of(run) for run in page.items]
        return cls.model_construct(executions=executions, **page_fields(page))


class TaskExecutionOut(BaseModel):
    """A step of a workflow's run; its own trace is that of the execution `task_execution_id`."""

    task_execution_id: str
    execution_id: str
    task_id: str | None
    key: str
    step: str
    name: str
    part: str
    kind: str
    assigned_agent_id: str | None
    assigned_agent_version: int | None
    status: RunStatus
    start_time: datetime | None
    end_time: datetime | None
    duration_ms: float | None
    inputs_data: Any
    output_data: Any
    error_message: str | None
    error_code: str | None
    usage_metrics_json: Usage
    cost_usd: str | None
    taken_over: bool = Field(description="Done by the run that this one repeats; not paid for again.")
    edited: bool = Field(description="Its output was given by a person when the run was forked.")
    created_at: datetime

    @classmethod
    def of(cls, task: TaskExecution) -> "TaskExecutionOut":
        """Return the answer for a step."""
        return cls.model_construct(
            task_execution_id=task.id,
            execution_id=task.execution_id,
            task_id=task.task_id,
            key=task.key,
            step=task.step,
            name=task.name,
            part=task.part,
            kind=task.kind,
            assigned_agent_id=task.agent_id,
            assigned_agent_version=task.agent_version,
            status=task.status,
            start_time=task.started_at,
            end_time=task.completed_at,
            duration_ms=task.duration_ms,
            inputs_data=task.inputs,
            output_data=task.output,
            error_message=task.error and task.error.message,
            error_code=task.error and task.error.code,
            usage_metrics_json=task.usage,
            cost_usd=None if task.cost_usd is None else format(task.cost_usd, "f"),
            taken_over=task.taken_over,
            edited=task.edited,
            created_at=task.created_at,
        )


class TaskExecutionList(BaseModel):
    """The steps of a run in the order in which they were started."""

    tasks: list[TaskExecutionOut]
    total: int
