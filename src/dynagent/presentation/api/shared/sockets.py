"""WebSockets of feeds: let in like every request, fed until the client leaves or the server stops."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from dynagent.core.runs import Frame
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.tasks import end_tasks
from dynagent.presentation.api.shared.auth import caller_of_socket
from dynagent.presentation.api.shared.dependencies import Asker
from dynagent.presentation.api.shared.problems import refusal_of
from dynagent.presentation.api.shared.sse import Streams, close_batches

log = structlog.get_logger(__name__)

PROTOCOL = "dynagent"
"""The subprotocol that is spoken; a browser offers `bearer.<token>` beside it, since it can send no headers."""
LARGEST_SEQ = 2**63 - 1
_TOKEN = re.compile(r"bearer\.([A-Za-z0-9._~+/=-]{1,4000})")
_NOT_ALLOWED, _COMES_BACK, _FAILED = 1008, 1012, 1011

Batches = AsyncIterator[Sequence[Frame]]


async def serve_feed(
    socket: WebSocket, open_feed: Callable[[Asker], Awaitable[Batches]], *, ticket: str | None = None
) -> None:
    """Send what a feed gives as text messages of JSON. What the client sends is read and passed over.

    Whoever may not have it is answered with a problem document in place of the upgrade.
    """
    offered = [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",")]
    token = next((found[1] for name in offered if (found := _TOKEN.fullmatch(name))), None)
    try:
        caller = await caller_of_socket(socket, token, ticket)
        batches = await open_feed(Asker(socket.app.state.bus, caller))
    except DynagentError as error:
        await _refuse(socket, error)
        return
    try:
        await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        await _serve(socket, batches)
    finally:
        await close_batches(batches)


async def _serve(socket: WebSocket, batches: Batches) -> None:
    streams: Streams = socket.app.state.streams
    sending = asyncio.ensure_future(_send_all(socket, batches))
    leaving = asyncio.ensure_future(_until_gone(socket))
    try:
        with streams.shutdown.watch() as stopping:
            await asyncio.wait({sending, leaving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_tasks((sending, leaving))
    if leaving.done() and not leaving.cancelled():
        return
    failed = sending.done() and not sending.cancelled() and sending.exception()
    if failed:
        log.error("feed_failed", exc_info=failed)
    await socket.close(_FAILED if failed else _COMES_BACK)


async def _send_all(socket: WebSocket, batches: Batches) -> None:
    try:
        async for frames in batches:
            for frame in frames:
                await socket.send_text(frame.payload.decode())
    except WebSocketDisconnect:
        return


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _refuse(socket: WebSocket, error: DynagentError) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(refusal_of(socket, error))
    else:
        await socket.close(_NOT_ALLOWED)
