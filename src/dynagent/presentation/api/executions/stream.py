"""`GET /api/stream/{agent_id}`: start an execution and stream it, for clients that can only GET (EventSource)."""

from typing import Annotated

from fastapi import Query, Response

from dynagent.application.commands.executions import StartExecution
from dynagent.application.queries.executions import FollowTrace
from dynagent.core.agents import AgentNotFound
from dynagent.core.executions import MAX_QUERY
from dynagent.core.runs import MalformedEventId
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import is_id
from dynagent.presentation.api.executions.bodies import NOT_BLANK
from dynagent.presentation.api.shared.dependencies import Ask, StreamsOf
from dynagent.presentation.api.shared.last_event_id import (
    LastEventId,
    LastEventIdHeader,
    read_last_event_id,
    resume_after,
)
from dynagent.presentation.api.shared.openapi import STREAM
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sse import TraceStream

router = noun_router("stream", "Streams")


@router.get(
    "/{agent_id}",
    operation_id="stream_agent",
    summary="Run an agent and stream it",
    responses=STREAM,
    response_class=TraceStream,
    status_code=200,
)
async def stream_agent(
    *,
    agent_id: str,
    ask: Ask,
    streams: StreamsOf,
    query: Annotated[
        str | None, Query(min_length=1, max_length=MAX_QUERY, pattern=NOT_BLANK, description="Starts a new run.")
    ] = None,
    execution_id: Annotated[str | None, Query(max_length=100, description="Follows this run instead.")] = None,
    conversation_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    model: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    last_event_id: LastEventIdHeader = None,
) -> Response:
    """Start an execution and stream it. With `Last-Event-ID` that execution goes on instead and none is started."""
    if not is_id(agent_id):
        raise AgentNotFound(f"there is no stream of the name {agent_id!r}, and no agent has such an id")
    last = read_last_event_id(last_event_id)
    running = _running(last, execution_id)
    if running is None:
        message = StartExecution(agent_id=agent_id, query=_given(query), chat_id=conversation_id, model=model)
        started = (await ask(message)).execution
        return streams.open(started.id, await ask(FollowTrace(started.id, just_started=started)))
    batches = await ask(FollowTrace(running, resume_after(last, running), agent_id))
    return streams.open(running, batches)


def _running(last: LastEventId | None, execution_id: str | None) -> str | None:
    """Return the execution to go on with, None to start one."""
    if execution_id is not None:
        return execution_id
    if last is None:
        return None
    if last.execution_id is None:
        raise MalformedEventId("Last-Event-ID: here it must name the execution, as <execution_id>:<seq>")
    return last.execution_id


def _given(query: str | None) -> str:
    if query is None:
        missing = Violation("/query/query", "missing", "say what the agent is asked: ?query=…", "query")
        raise InvalidInput("the query is missing", violations=[missing])
    return query
