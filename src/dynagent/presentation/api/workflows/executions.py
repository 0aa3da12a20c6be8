"""Routes of runs of workflows: start, look at, answer."""

from fastapi import Request, Response

from dynagent.application.commands.workflows.answer import AnswerTask
from dynagent.application.commands.workflows.pause import ContinueExecution, PauseExecution
from dynagent.application.commands.workflows.start import StartWorkflow
from dynagent.application.queries.workflows import GetWorkflowStatus, ListTaskExecutions, ListWorkflowExecutions
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.idempotency import IdempotencyKey
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.workflows.execution_bodies import (
    RunWorkflowBody,
    TaskExecutionList,
    TaskExecutionOut,
    TaskInputBody,
    WorkflowExecutionList,
    WorkflowExecutionOut,
)

router = noun_router("workflows", "Workflows")
steps_router = noun_router("executions", "Workflows")


@router.post("/{workflow_id}/execute", status_code=202, operation_id="execute_workflow", summary="Run a workflow")
async def execute_workflow(
    workflow_id: str,
    response: Response,
    ask: Ask,
    body: RunWorkflowBody | None = None,
    *,
    idempotency_key: IdempotencyKey = None,
) -> WorkflowExecutionOut:
    """Put a run into the queue and answer at once; watch it at `/executions/{execution_id}/stream`."""
    wanted = body or RunWorkflowBody()
    message = StartWorkflow(
        workflow_id=workflow_id,
        inputs=wanted.inputs,
        lane=wanted.lane,
        priority=wanted.priority,
        idempotency_key=idempotency_key,
        file_ids=tuple(wanted.file_ids),
    )
    run = await ask(message)
    response.headers["Location"] = f"/api/v1/executions/{run.id}"
    return WorkflowExecutionOut.of(run)


@router.post("/{workflow_id}/run", status_code=202, operation_id="run_workflow", summary="Run a workflow (alias)")
async def run_workflow(
    workflow_id: str,
    response: Response,
    ask: Ask,
    body: RunWorkflowBody | None = None,
    *,
    idempotency_key: IdempotencyKey = None,
) -> WorkflowExecutionOut:
    """The same as `…/execute`."""
    return await execute_workflow(workflow_id, response, ask, body, idempotency_key=idempotency_key)


@router.get("/{workflow_id}/status", operation_id="get_workflow_status", summary="Status of the latest run")
async def get_workflow_status(workflow_id: str, ask: Ask) -> WorkflowExecutionOut:
    """Give the latest run of a workflow."""
    return WorkflowExecutionOut.of(await ask(GetWorkflowStatus(workflow_id)))


@router.get("/{workflow_id}/executions", operation_id="list_workflow_executions", summary="List a workflow's runs")
async def list_workflow_executions(
    workflow_id: str, request: Request, response: Response, page: PageOf, ask: Ask
) -> WorkflowExecutionList:
    """Give the runs of a workflow, newest first."""
    found = await ask(ListWorkflowExecutions(workflow_id, page))
    link_next(request, response, found)
    return WorkflowExecutionList.of(found)


@steps_router.get("/{execution_id}/tasks", operation_id="list_task_executions", summary="List the steps of a run")
async def list_task_executions(execution_id: str, ask: Ask) -> TaskExecutionList:
    """Give the steps of a workflow's run in the order in which they were started."""
    found = [TaskExecutionOut.of(task) for task in await ask(ListTaskExecutions(execution_id))]
    return TaskExecutionList.model_construct(tasks=found, total=len(found))


@steps_router.post("/{execution_id}/pause", operation_id="pause_execution", summary="Pause a workflow's run")
async def pause_execution(execution_id: str, ask: Ask) -> WorkflowExecutionOut:
    """Begin no further step; those that run go on to their end. Time limits stand still until `…/continue`."""
    return WorkflowExecutionOut.of(await ask(PauseExecution(execution_id)))


@steps_router.post("/{execution_id}/continue", operation_id="continue_execution", summary="Continue a paused run")
async def continue_execution(execution_id: str, ask: Ask) -> WorkflowExecutionOut:
    """End the pause of a workflow's run."""
    return WorkflowExecutionOut.of(await ask(ContinueExecution(execution_id)))


@steps_router.post("/{execution_id}/tasks/{task_id}/input", operation_id="answer_task", summary="Answer a step")
async def answer_task(execution_id: str, task_id: str, body: TaskInputBody, ask: Ask) -> WorkflowExecutionOut:
    """Give a step that waits for a person its input; `task_id` may be the id of its task, its node or its key."""
    return WorkflowExecutionOut.of(await ask(AnswerTask(execution_id, task_id, body.input)))
