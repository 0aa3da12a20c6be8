"""Routes of workflows: define, check, version, clone, and their tasks."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from dynagent.application.commands.workflows.configure import (
    ChangeWorkflow,
    CloneWorkflow,
    CreateWorkflow,
    RemoveWorkflow,
    RestoreWorkflowVersion,
)
from dynagent.application.commands.workflows.tasks import AddTask, ChangeTask, RemoveTask
from dynagent.application.queries.workflows import (
    CheckWorkflow,
    GetWorkflow,
    GetWorkflowVersion,
    ListWorkflows,
    ListWorkflowTemplates,
    ListWorkflowVersions,
)
from dynagent.core.workflows import ProcessType, WorkflowFilter
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.workflows.bodies import (
    CheckOut,
    CloneWorkflowBody,
    TaskBody,
    TaskChanges,
    TaskList,
    TaskOut,
    TemplateList,
    TemplateOut,
    WorkflowBody,
    WorkflowChanges,
    WorkflowList,
    WorkflowOut,
    WorkflowVersionList,
    WorkflowVersionOut,
    task_out,
)

router = noun_router("workflows", "Workflows")
tasks_router = noun_router("tasks", "Workflows")

VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("", status_code=201, operation_id="create_workflow", summary="Create a workflow")
async def create_workflow(body: WorkflowBody, response: Response, ask: Ask) -> WorkflowOut:
    """Make a workflow with its nodes, edges and tasks in one transaction; the server makes the tasks' ids."""
    workflow = await ask(CreateWorkflow(name=body.name, description=body.description, definition=body.definition()))
    response.headers["Location"] = f"/api/v1/workflows/{workflow.id}"
    set_version(response, workflow.version)
    return WorkflowOut.of(workflow)


@router.get("", operation_id="list_workflows", summary="List workflows")
async def list_workflows(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    search: Annotated[str | None, Query(max_length=200, description="In name and description.")] = None,
    process_type: ProcessType | None = None,
    agent_id: Annotated[str | None, Query(max_length=100, description="Places this agent.")] = None,
) -> WorkflowList:
    """Give your workflows, newest first."""
    wanted = WorkflowFilter(search=search, process_type=process_type, agent_id=agent_id)
    found = await ask(ListWorkflows(wanted, page))
    link_next(request, response, found)
    return WorkflowList.of(found)


# Before the routes of one workflow, whose id would match these words too.
@router.get("/templates", operation_id="list_workflow_templates", summary="List workflow templates")
async def list_workflow_templates(ask: Ask) -> TemplateList:
    """Give definitions to begin with; put agents' ids in place of `agent:<role>`."""
    found = [TemplateOut.model_construct(**dict(item)) for item in await ask(ListWorkflowTemplates())]
    return TemplateList.model_construct(templates=found, total=len(found))


@router.post("/validate", operation_id="validate_workflow", summary="Check a workflow")
async def validate_workflow(body: WorkflowBody, ask: Ask, workflow_id: str | None = None) -> CheckOut:
    """Say what in a definition cannot be run, without storing it; `workflow_id` is the workflow it is meant for."""
    found = await ask(CheckWorkflow(body.definition(), workflow_id))
    errors = [{"pointer": item.pointer, "rule": item.rule, "detail": item.detail} for item in found]
    return CheckOut(valid=not errors, errors=errors)


@router.get("/{workflow_id}", operation_id="get_workflow", summary="Get a workflow")
async def get_workflow(workflow_id: str, response: Response, ask: Ask) -> WorkflowOut:
    """Give one workflow; its ETag is its version."""
    workflow = await ask(GetWorkflow(workflow_id))
    set_version(response, workflow.version)
    return WorkflowOut.of(workflow)


@router.put("/{workflow_id}", operation_id="change_workflow", summary="Change a workflow")
async def change_workflow(
    workflow_id: str, body: WorkflowChanges, response: Response, matched: MatchedVersion, ask: Ask
) -> WorkflowOut:
    """Change the given fields; this makes the workflow's next version."""
    message = ChangeWorkflow(workflow_id=workflow_id, changes=body.changes(), expected_version=matched)
    workflow = await ask(message)
    set_version(response, workflow.version)
    return WorkflowOut.of(workflow)


@router.delete("/{workflow_id}", status_code=204, operation_id="remove_workflow", summary="Remove a workflow")
async def remove_workflow(workflow_id: str, matched: MatchedVersion, ask: Ask) -> None:
    """Remove a workflow with its versions; its executions stay."""
    await ask(RemoveWorkflow(workflow_id, matched))


@router.post("/{workflow_id}/clone", status_code=201, operation_id="clone_workflow", summary="Clone a workflow")
async def clone_workflow(
    workflow_id: str, response: Response, ask: Ask, body: CloneWorkflowBody | None = None
) -> WorkflowOut:
    """Make a new workflow with the same definition."""
    workflow = await ask(CloneWorkflow(workflow_id, body.name if body else None))
    response.headers["Location"] = f"/api/v1/workflows/{workflow.id}"
    set_version(response, workflow.version)
    return WorkflowOut.of(workflow)


@router.get("/{workflow_id}/versions", operation_id="list_workflow_versions", summary="List a workflow's versions")
async def list_workflow_versions(
    request: Request, response: Response, workflow_id: str, page: PageOf, ask: Ask
) -> WorkflowVersionList:
    """Give all versions, newest first."""
    found = await ask(ListWorkflowVersions(workflow_id, page))
    link_next(request, response, found)
    return WorkflowVersionList.of(found)


@router.get(
    "/{workflow_id}/versions/{version}", operation_id="get_workflow_version", summary="Get a workflow's version"
)
async def get_workflow_version(workflow_id: str, version: VersionNumber, ask: Ask) -> WorkflowVersionOut:
    """Give one version."""
    return WorkflowVersionOut.model_construct(**dict(await ask(GetWorkflowVersion(workflow_id, version))))


@router.post(
    "/{workflow_id}/versions/{version}/restore",
    operation_id="restore_workflow_version",
    summary="Restore a workflow's version",
)
async def restore_workflow_version(
    workflow_id: str, version: VersionNumber, response: Response, matched: MatchedVersion, ask: Ask
) -> WorkflowOut:
    """Make an earlier version the next one."""
    workflow = await ask(RestoreWorkflowVersion(workflow_id, version, matched))
    set_version(response, workflow.version)
    return WorkflowOut.of(workflow)


@router.post("/{workflow_id}/tasks", status_code=201, operation_id="add_task", summary="Add a task")
async def add_task(workflow_id: str, body: TaskBody, response: Response, ask: Ask) -> TaskOut:
    """Add a task at the end of a workflow."""
    stored = await ask(AddTask(workflow_id, body))
    response.headers["Location"] = f"/api/v1/tasks/{stored.task.task_id}"
    return task_out(stored.workflow, stored.task)


@router.get("/{workflow_id}/tasks", operation_id="list_tasks", summary="List a workflow's tasks")
async def list_tasks(workflow_id: str, ask: Ask) -> TaskList:
    """Give the tasks of a workflow in their order."""
    workflow = await ask(GetWorkflow(workflow_id))
    found = [task_out(workflow, task) for task in workflow.definition.tasks]
    return TaskList.model_construct(tasks=found, total=len(found))


@tasks_router.put("/{task_id}", operation_id="change_task", summary="Change a task")
async def change_task(task_id: str, body: TaskChanges, ask: Ask) -> TaskOut:
    """Change the given fields of a task; this makes its workflow's next version."""
    changes = {name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None}
    stored = await ask(ChangeTask(task_id, changes))
    return task_out(stored.workflow, stored.task)


@tasks_router.delete("/{task_id}", status_code=204, operation_id="remove_task", summary="Remove a task")
async def remove_task(task_id: str, ask: Ask) -> None:
    """Remove a task; others no longer have it as their context."""
    await ask(RemoveTask(task_id))
