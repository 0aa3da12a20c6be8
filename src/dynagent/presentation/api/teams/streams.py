"""Iterations live: a run's as server-sent events, all runs' over a WebSocket."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import orjson
from fastapi import Query, Response, WebSocket

from dynagent.application.queries.executions import FollowTrace, NothingFollows
from dynagent.application.queries.teams import FollowIterations, GetTeam
from dynagent.core.runs import Frame
from dynagent.core.teams import run_id_of
from dynagent.presentation.api.shared.dependencies import Asker, AskToWatch, StreamsOf
from dynagent.presentation.api.shared.last_event_id import LastEventIdHeader, read_last_event_id, resume_after
from dynagent.presentation.api.shared.openapi import STREAM
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sockets import LARGEST_SEQ, serve_feed
from dynagent.presentation.api.shared.sse import TraceStream, close_batches

router = noun_router("stream", "Streams")
sockets = noun_router("ws", "Streams")

_TASK_END = b'{"type":"task_end"'


@router.get(
    "/workflow/{workflow_id}",
    operation_id="stream_team",
    summary="Follow a run of a team",
    responses=STREAM,
    response_class=TraceStream,
    status_code=200,
)
async def stream_team(
    workflow_id: str,
    ask: AskToWatch,
    streams: StreamsOf,
    last_event_id: LastEventIdHeader = None,
) -> Response:
    """Stream the end of every iteration (`iteration_complete`) and the end of the run; resumed by `Last-Event-ID`."""
    run_id = run_id_of(workflow_id)
    after = resume_after(read_last_event_id(last_event_id), run_id)
    await ask(GetTeam(workflow_id))
    batches = await ask(FollowTrace(run_id, after))
    return streams.open(run_id, batches if isinstance(batches, NothingFollows) else _iterations(batches))


@sockets.websocket("/workflow")
async def workflow_socket(
    websocket: WebSocket,
    workflow_id: Annotated[str | None, Query(max_length=100)] = None,
    after: Annotated[int | None, Query(ge=0, le=LARGEST_SEQ)] = None,
    ticket: Annotated[str | None, Query(max_length=200)] = None,
) -> None:
    """Push `iteration_complete` of one run, or of all; `after` is the `seq` of what came last."""

    async def open_feed(ask: Asker) -> AsyncIterator[Sequence[Frame]]:
        return await ask(FollowIterations(workflow_id, after))

    await serve_feed(websocket, open_feed, ticket=ticket)


async def _iterations(batches: AsyncIterator[Sequence[Frame]]) -> AsyncIterator[Sequence[Frame]]:
    try:
        async for frames in batches:
            shown = [found for frame in frames if (found := _shown(frame)) is not None]
            if shown or not frames:
                yield shown
    finally:
        await close_batches(batches)


def _shown(frame: Frame) -> Frame | None:
    """Return what a follower of iterations is shown of an event of the trace, None for most."""
    if frame.terminal or frame.seq == 1:
        return frame
    if not frame.payload.startswith(_TASK_END):
        return None
    event = orjson.loads(frame.payload)
    news = event.get("value") if event["step"] == "aggregator" and event.get("run_id") is None else None
    return None if news is None else Frame(frame.seq, orjson.dumps(news), terminal=False)
