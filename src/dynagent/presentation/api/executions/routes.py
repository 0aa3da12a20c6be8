"""Routes of executions: start, list, read, page through the log, follow, cancel."""

from typing import Annotated

from fastapi import Query, Request, Response

from dynagent.application.commands.executions import CancelExecution
from dynagent.application.commands.executions.remove import RemoveExecution
from dynagent.application.commands.workflows.record import ChangeRecord
from dynagent.application.queries.executions import (
    ExecutionView,
    FollowTrace,
    GetExecution,
    ListEverybodysExecutions,
    ListExecutions,
    ReadTrace,
)
from dynagent.presentation.api.executions.bodies import (
    ExecutionList,
    ExecutionOut,
    ExecutionSummary,
    TraceEvents,
    encode_trace_page,
)
from dynagent.presentation.api.executions.filters import OrderOf, WantedOf
from dynagent.presentation.api.executions.records import AnyExecutionBody, RecordBody, RecordChanges
from dynagent.presentation.api.executions.submit import submit, submit_and_wait
from dynagent.presentation.api.shared.dependencies import Ask, StreamsOf
from dynagent.presentation.api.shared.idempotency import IdempotencyKey
from dynagent.presentation.api.shared.last_event_id import LastEventIdHeader, read_last_event_id, resume_after
from dynagent.presentation.api.shared.openapi import ACCEPTED, STREAM
from dynagent.presentation.api.shared.owners import AskToRead, AskToWatchOthers, ListOf
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sse import TraceStream

router = noun_router("executions", "Executions")


@router.post("", status_code=201, operation_id="start_execution", summary="Run an agent", responses={202: ACCEPTED})
async def start_execution(
    body: AnyExecutionBody,
    response: Response,
    ask: Ask,
    streams: StreamsOf,
    idempotency_key: IdempotencyKey = None,
) -> ExecutionOut:
    """Run an agent; `mode` says whether to wait. A client that leaves does not stop the run.

    With `workflow_id` it is a record of an execution by another engine (`executions:record`): nothing is run here.
    """
    if isinstance(body, RecordBody):
        record = await ask(body.message())
        response.headers["Location"] = f"/api/executions/{record.id}"
        return ExecutionOut.of_view(ExecutionView(record))
    message = body.message(idempotency_key)
    if body.mode == "async":
        return await submit(ask, message, response)
    return await submit_and_wait(ask, message, response, streams.shutdown)


@router.put("/{execution_id}", operation_id="change_record", summary="Report on an execution of another engine")
async def change_record(execution_id: str, body: RecordChanges, ask: Ask) -> ExecutionSummary:
    """Keep what its engine reports of an execution that was recorded; what is run here is not changed."""
    return ExecutionSummary.of(await ask(ChangeRecord(execution_id, body.changes())))


@router.get("", operation_id="list_executions", summary="List executions")
async def list_executions(
    *, request: Request, response: Response, page: PageOf, lister: ListOf, wanted: WantedOf, order: OrderOf
) -> ExecutionList:
    """Give your executions, newest first unless sorted otherwise; with `owner` those of others."""
    list_of = ListEverybodysExecutions if lister.everybody else ListExecutions
    found = await lister.ask(list_of(wanted, page, order))
    link_next(request, response, found)
    return ExecutionList.of(found)


@router.get("/{execution_id}", operation_id="get_execution", summary="Get an execution")
async def get_execution(execution_id: str, ask: AskToRead) -> ExecutionOut:
    """Give one execution as it is now, with the lines of its trace."""
    return ExecutionOut.of_view(await ask(GetExecution(execution_id)))


@router.get("/{execution_id}/events", operation_id="read_trace", summary="Read the trace", response_model=TraceEvents)
async def read_trace(
    execution_id: str,
    ask: AskToRead,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only events after this seq.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Response:
    """Give stored events in order, byte for byte as the stream sent them."""
    page = await ask(ReadTrace(execution_id, after, limit))
    return Response(encode_trace_page(page, after), media_type="application/json")


@router.get(
    "/{execution_id}/stream",
    operation_id="follow_trace",
    summary="Follow the trace",
    responses=STREAM,
    response_class=TraceStream,
    status_code=200,
)
async def follow_trace(
    execution_id: str,
    ask: AskToWatchOthers,
    streams: StreamsOf,
    last_event_id: LastEventIdHeader = None,
) -> Response:
    """Stream every event of an execution, those that were and those to come, until its last."""
    after = resume_after(read_last_event_id(last_event_id), execution_id)
    batches = await ask(FollowTrace(execution_id, after))
    return streams.open(execution_id, batches)


@router.delete("/{execution_id}", status_code=204, operation_id="remove_execution", summary="Remove an execution")
async def remove_execution(execution_id: str, ask: Ask) -> None:
    """Remove an execution that has ended, with its trace and all that it has started."""
    await ask(RemoveExecution(execution_id))


@router.post("/{execution_id}/cancel", operation_id="cancel_execution", summary="Cancel an execution")
async def cancel_execution(execution_id: str, ask: Ask) -> ExecutionSummary:
    """Stop an execution within a second, even inside a tool or model call."""
    return ExecutionSummary.of(await ask(CancelExecution(execution_id)))
