"""Messages between agents live: as server-sent events, and over a WebSocket."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Header, Query, Response, WebSocket

from dynagent.application.queries.conversations import FollowMessages
from dynagent.core.runs import Frame, MalformedEventId
from dynagent.presentation.api.shared.dependencies import Ask, Asker, StreamsOf
from dynagent.presentation.api.shared.last_event_id import read_last_event_id
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sockets import LARGEST_SEQ, serve_feed
from dynagent.presentation.api.shared.sse import EventStream

router = noun_router("stream", "Streams")
sockets = noun_router("ws", "Streams")

After = Annotated[int | None, Query(ge=0, le=LARGEST_SEQ, description="The `seq` of what came last; 0: all.")]
FEED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the message's `seq`, `data` a `new_message` as JSON. No end.",
        "content": {"text/event-stream": {}},
    }
}


@router.get(
    "/conversations",
    operation_id="stream_conversations",
    summary="Follow messages between agents",
    responses=FEED,
    response_class=EventStream,
    status_code=200,
)
async def stream_conversations(
    ask: Ask, streams: StreamsOf, after: After = None, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Stream new messages of your agents, from now on, or from `Last-Event-ID` or `after` on."""
    last = read_last_event_id(last_event_id)
    if last is not None and last.execution_id is not None:
        raise MalformedEventId("Last-Event-ID: here it is a number, as in the id: lines of this stream")
    return streams.feed(await ask(FollowMessages(last.seq if last else after)))


@sockets.websocket("/conversations")
async def conversations_socket(websocket: WebSocket, after: After = None) -> None:
    """Push `new_message` for every message of the caller's agents; `after` is the `seq` of what came last."""

    async def open_feed(ask: Asker) -> AsyncIterator[Sequence[Frame]]:
        return await ask(FollowMessages(after))

    await serve_feed(websocket, open_feed)
