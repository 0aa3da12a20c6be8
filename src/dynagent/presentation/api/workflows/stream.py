"""`GET /api/v1/workflows/{workflow_id}/stream`: watch what a workflow does, without knowing the id of a run."""

from typing import Annotated

from fastapi import Query, Response

from dynagent.application.queries.executions import FollowTrace
from dynagent.application.queries.workflows import GetWorkflowStatus
from dynagent.presentation.api.shared.dependencies import StreamsOf
from dynagent.presentation.api.shared.last_event_id import LastEventIdHeader, read_last_event_id, resume_after
from dynagent.presentation.api.shared.openapi import STREAM
from dynagent.presentation.api.shared.owners import AskToWatchOthers
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sse import TraceStream

router = noun_router("workflows", "Workflows")


@router.get(
    "/{workflow_id}/stream",
    operation_id="stream_workflow",
    summary="Watch a workflow",
    responses=STREAM,
    response_class=TraceStream,
    status_code=200,
)
async def stream_workflow(
    *,
    workflow_id: str,
    ask: AskToWatchOthers,
    streams: StreamsOf,
    execution_id: Annotated[str | None, Query(max_length=100, description="This run instead of the latest.")] = None,
    last_event_id: LastEventIdHeader = None,
) -> Response:
    """Stream the trace of the workflow's latest run; with `Last-Event-ID` that of the run that it names goes on."""
    last = read_last_event_id(last_event_id)
    running = execution_id or (last and last.execution_id)
    if running is None:
        running = (await ask(GetWorkflowStatus(workflow_id))).id
    batches = await ask(FollowTrace(running, resume_after(last, running), workflow_id))
    return streams.open(running, batches)
