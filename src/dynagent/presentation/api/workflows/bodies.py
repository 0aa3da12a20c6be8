"""Bodies of workflows: what is sent and what is answered."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.paging import Page
from dynagent.core.workflows import (
    Definition,
    Edge,
    Node,
    ProcessType,
    Task,
    TaskConfig,
    Workflow,
    WorkflowVersion,
)
from dynagent.presentation.api.shared.paging import Envelope, page_fields

Name = Annotated[str, Field(min_length=1, max_length=255)]
Description = Annotated[str, Field(max_length=10_000)]


class WorkflowBody(Definition):
    """A workflow: its name and everything of its definition, as the canvas saves it."""

    name: Name
    description: Description = ""

    def definition(self) -> Definition:
        """Return the definition without name and description."""
        return Definition.model_construct(**{name: getattr(self, name) for name in Definition.model_fields})


class WorkflowChanges(BaseModel):
    """The fields to change; the others stay. `nodes`, `edges` and `tasks` are replaced whole."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Description | None = None
    process_type: ProcessType | None = None
    manager_llm: str | None = Field(default=None, max_length=200)
    nodes: tuple[Node, ...] | None = None
    edges: tuple[Edge, ...] | None = None
    tasks: tuple[Task, ...] | None = None
    run_timeout_s: float | None = None
    max_cost_usd: float | None = None
    max_parallel: int | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given."""
        nullable = ("manager_llm", "run_timeout_s", "max_cost_usd", "max_parallel")
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name in nullable}


class CloneWorkflowBody(BaseModel):
    """What the copy is called."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None


class TaskBody(Task):
    """A task; its id is made by the server."""


class TaskChanges(BaseModel):
    """The fields of a task to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    node_id: str | None = None
    description: str | None = Field(default=None, min_length=1, max_length=100_000)
    expected_output: str | None = Field(default=None, max_length=100_000)
    context_task_ids: tuple[str, ...] | None = None
    human_input_required: bool | None = None
    config_json: TaskConfig | None = None


class WorkflowOut(BaseModel):
    """A workflow at its current version."""

    id: str
    workflow_id: str
    name: str
    description: str
    version: int
    process_type: ProcessType
    manager_llm: str | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    tasks: tuple[Task, ...]
    run_timeout_s: float | None
    max_cost_usd: float | None
    max_parallel: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, workflow: Workflow) -> "WorkflowOut":
        """Return the answer for a workflow."""
        own = workflow.model_dump(include={"id", "name", "description", "version", "created_at", "updated_at"})
        return cls.model_construct(**own, workflow_id=workflow.id, **dict(workflow.definition))


class WorkflowSummary(BaseModel):
    """A workflow as lists show it."""

    id: str
    workflow_id: str
    name: str
    description: str
    version: int
    process_type: ProcessType
    node_count: int
    task_count: int
    agent_ids: list[str]
    created_at: datetime
    updated_at: datetime


class WorkflowList(Envelope):
    """A page of workflows, newest first."""

    workflows: list[WorkflowSummary]

    @classmethod
    def of(cls, page: Page[Workflow]) -> "WorkflowList":
        """Return the answer for a page."""
        return cls(workflows=[_summary(item) for item in page.items], **page_fields(page))


class WorkflowVersionOut(BaseModel):
    """One version of a workflow."""

    workflow_id: str
    version: int
    name: str
    description: str
    definition: Definition
    created_at: datetime
    created_by: str


class WorkflowVersionList(Envelope):
    """A page of versions, newest first."""

    versions: list[WorkflowVersionOut]

    @classmethod
    def of(cls, page: Page[WorkflowVersion]) -> "WorkflowVersionList":
        """Return the answer for a page."""
        versions = [WorkflowVersionOut.model_construct(**dict(item)) for item in page.items]
        return cls.model_construct(versions=versions, **page_fields(page))


class TaskOut(Task):
    """A task and the workflow it is of."""

    workflow_id: str
    assigned_agent_id: str | None
    created_at: datetime
    updated_at: datetime


class TaskList(BaseModel):
    """The tasks of a workflow in their order."""

    tasks: list[TaskOut]
    total: int


class CheckOut(BaseModel):
    """Whether a definition can be run, and what is broken in it."""

    valid: bool
    errors: list[dict[str, str]]


class TemplateOut(BaseModel):
    """A pattern to begin with; nodes name `agent:<role>` where an agent's id goes."""

    id: str
    name: str
    description: str
    roles: dict[str, str]
    definition: Definition


class TemplateList(BaseModel):
    """All templates."""

    templates: list[TemplateOut]
    total: int


def task_out(workflow: Workflow, task: Task) -> TaskOut:
    """Return the answer for a task."""
    node = workflow.definition.node(task.node_id)
    return TaskOut.model_construct(
        **dict(task),
        workflow_id=workflow.id,
        assigned_agent_id=getattr(node, "agent_id", None),
        created_at=workflow.created_at,
        updated_at=workflow.updated_at,
    )


def _summary(workflow: Workflow) -> WorkflowSummary:
    definition = workflow.definition
    own = workflow.model_dump(include={"id", "name", "description", "version", "created_at", "updated_at"})
    return WorkflowSummary.model_construct(
        **own,
        workflow_id=workflow.id,
        process_type=definition.process_type,
        node_count=len(definition.nodes),
        task_count=len(definition.tasks),
        agent_ids=definition.agent_ids(),
    )
