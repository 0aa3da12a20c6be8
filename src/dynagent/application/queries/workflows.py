"""Questions about workflows, their runs and the steps of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import ExecutionNotFound
from dynagent.core.runs import Run
from dynagent.core.shared.errors import MalformedInput, NotFound, Violation
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.workflows import (
    TEMPLATES,
    Conditions,
    Definition,
    Mock,
    Plan,
    Simulation,
    TaskExecution,
    Template,
    Workflow,
    WorkflowChecks,
    WorkflowExecutions,
    WorkflowFilter,
    WorkflowNotFound,
    Workflows,
    WorkflowVersion,
    WorkflowVersionNotFound,
    simulate,
)

MOST_ROUNDS = 1000


class NeverRun(NotFound):
    """The workflow has no run yet."""

    code = "workflow_never_run"


@dataclass(frozen=True)
class GetWorkflow(Query[Workflow], needs="workflows:read", raises=(WorkflowNotFound,)):
    """One workflow. Raises WorkflowNotFound."""

    workflow_id: str


@dataclass(frozen=True)
class ListWorkflows(Query[Page[Workflow]], needs="workflows:read", raises=(MalformedInput,)):
    """A page of the caller's workflows, newest first. Raises MalformedInput on a forged cursor."""

    wanted: WorkflowFilter = field(default_factory=WorkflowFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ListWorkflowVersions(Query[Page[WorkflowVersion]], needs="workflows:read", raises=(WorkflowNotFound,)):
    """The versions of a workflow, newest first. Raises WorkflowNotFound."""

    workflow_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetWorkflowVersion(
    Query[WorkflowVersion], needs="workflows:read", raises=(WorkflowNotFound, WorkflowVersionNotFound)
):
    """One version of a workflow. Raises WorkflowNotFound, WorkflowVersionNotFound."""

    workflow_id: str
    version: int


@dataclass(frozen=True)
class ListWorkflowExecutions(Query[Page[Run]], needs="executions:read", raises=(WorkflowNotFound, MalformedInput)):
    """A page of the runs of a workflow, newest first. Raises WorkflowNotFound, MalformedInput on a forged cursor."""

    workflow_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetWorkflowStatus(Query[Run], needs="executions:read", raises=(WorkflowNotFound, NeverRun)):
    """The latest run of a workflow. Raises WorkflowNotFound, NeverRun."""

    workflow_id: str


@dataclass(frozen=True)
class CheckWorkflow(Query[Sequence[Violation]], needs="workflows:read"):
    """Every broken rule of a definition that is not stored (yet); `of` is the workflow that it is meant for."""

    definition: Definition
    of: str | None = None


@dataclass(frozen=True)
class ListTaskExecutions(Query[Sequence[TaskExecution]], needs="executions:read", raises=(ExecutionNotFound,)):
    """The steps of a run of a workflow in the order in which they were started. Raises ExecutionNotFound."""

    execution_id: str


@dataclass(frozen=True)
class ListWorkflowTemplates(Query[Sequence[Template]], needs="workflows:read", scope="none"):
    """Definitions to begin with, for common patterns."""


@dataclass(frozen=True, kw_only=True)
class SimulateWorkflow(Query[Simulation], needs="workflows:read", raises=(WorkflowNotFound,)):
    """How a run of a workflow goes with made-up outputs by key, node or name; nothing is run. Raises WorkflowNotFound.

    It stops before the steps at `breakpoints`, and after `stop_after` rounds.
    """

    workflow_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    mocks: Mapping[str, Mock] = field(default_factory=dict[str, Mock])
    breakpoints: frozenset[str] = frozenset()
    stop_after: int = MOST_ROUNDS


@dataclass(frozen=True, slots=True)
class GetWorkflowHandler:
    """Handles GetWorkflow."""

    workflows: Workflows

    async def __call__(self, message: GetWorkflow, caller: Caller) -> Workflow:
        """Return the workflow."""
        return await self.workflows.existing(message.workflow_id)


@dataclass(frozen=True, slots=True)
class ListWorkflowsHandler:
    """Handles ListWorkflows."""

    workflows: Workflows

    async def __call__(self, message: ListWorkflows, caller: Caller) -> Page[Workflow]:
        """Return the page."""
        return await self.workflows.find(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class ListWorkflowVersionsHandler:
    """Handles ListWorkflowVersions."""

    workflows: Workflows

    async def __call__(self, message: ListWorkflowVersions, caller: Caller) -> Page[WorkflowVersion]:
        """Return the page of versions."""
        workflow = await self.workflows.existing(message.workflow_id)
        return await self.workflows.versions(workflow.id, message.page)


@dataclass(frozen=True, slots=True)
class GetWorkflowVersionHandler:
    """Handles GetWorkflowVersion."""

    workflows: Workflows

    async def __call__(self, message: GetWorkflowVersion, caller: Caller) -> WorkflowVersion:
        """Return the version."""
        workflow = await self.workflows.existing(message.workflow_id)
        version = await self.workflows.get_version(workflow.id, message.version)
        if version is None:
            raise WorkflowVersionNotFound(f"workflow {workflow.id} has no version {message.version}")
        return version


@dataclass(frozen=True, slots=True)
class ListWorkflowExecutionsHandler:
    """Handles ListWorkflowExecutions."""

    workflows: Workflows
    executions: WorkflowExecutions

    async def __call__(self, message: ListWorkflowExecutions, caller: Caller) -> Page[Run]:
        """Return the page."""
        workflow = await self.workflows.existing(message.workflow_id)
        return await self.executions.find(workflow.id, message.page)


@dataclass(frozen=True, slots=True)
class GetWorkflowStatusHandler:
    """Handles GetWorkflowStatus."""

    workflows: Workflows
    executions: WorkflowExecutions

    async def __call__(self, message: GetWorkflowStatus, caller: Caller) -> Run:
        """Return the run."""
        workflow = await self.workflows.existing(message.workflow_id)
        found = (await self.executions.find(workflow.id, PageRequest(limit=1))).items
        if not found:
            raise NeverRun(f"workflow {workflow.id} was never run")
        return found[0]


@dataclass(frozen=True, slots=True)
class CheckWorkflowHandler:
    """Handles CheckWorkflow."""

    checks: WorkflowChecks

    async def __call__(self, message: CheckWorkflow, caller: Caller) -> Sequence[Violation]:
        """Return them in the order of the document."""
        return await self.checks.violations(message.definition, user_id=caller.user_id, of=message.of)


@dataclass(frozen=True, slots=True)
class ListTaskExecutionsHandler:
    """Handles ListTaskExecutions."""

    executions: WorkflowExecutions

    async def __call__(self, message: ListTaskExecutions, caller: Caller) -> Sequence[TaskExecution]:
        """Return them."""
        found = await self.executions.get(message.execution_id) if is_id(message.execution_id) else None
        if found is None:
            raise ExecutionNotFound(f"there is no execution of a workflow {message.execution_id!r}")
        return await self.executions.tasks(found.id)


@dataclass(frozen=True, slots=True)
class ListWorkflowTemplatesHandler:
    """Handles ListWorkflowTemplates."""

    async def __call__(self, message: ListWorkflowTemplates, caller: Caller) -> Sequence[Template]:
        """Return them."""
        return TEMPLATES


@dataclass(frozen=True, slots=True)
class SimulateWorkflowHandler:
    """Handles SimulateWorkflow."""

    workflows: Workflows
    conditions: Conditions

    async def __call__(self, message: SimulateWorkflow, caller: Caller) -> Simulation:
        """Return how it goes."""
        workflow = await self.workflows.existing(message.workflow_id)
        definition = workflow.definition
        names = await self.workflows.known_agents(definition.agent_ids())
        plan = Plan(definition, self.conditions, names)
        return simulate(
            plan, message.inputs, message.mocks, breakpoints=message.breakpoints, stop_after=message.stop_after
        )
