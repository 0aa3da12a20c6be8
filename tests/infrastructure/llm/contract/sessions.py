"""Streams as endpoints send them, and asking a lane about them."""

import json
from typing import Any

from dynagent.core.language_models import ModelError, ModelReply, ModelRequest, ToolSpec
from dynagent.core.shared.calls import Aside
from tests.fakes.language_models import user
from tests.infrastructure.llm.byte_server import ByteServer, chunked
from tests.infrastructure.llm.lanes import LANES

TOOL = ToolSpec(name="calculator", description="Computes.", parameters={"type": "object", "properties": {}})
ASK = ModelRequest(messages=(user("hello"),), tools=(TOOL,), timeout_s=20, idle_timeout_s=5)
DONE = b"data: [DONE]\n\n"


def event(body: Any) -> bytes:
    """Return one event."""
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk."""
    return {"object": "chat.completion.chunk", "model": "m", "choices": [choice(finish, **fields)]}


def choice(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a choice of a chunk."""
    return {"index": 0, "delta": fields, "finish_reason": finish}


def fragment(arguments: Any = None, *, index: Any = 0, id: Any = None, name: str | None = None, **more: Any) -> Any:
    """Return a chunk with a fragment of a call; what is None is not there."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    call = {key: value for key, value in (("index", index), ("id", id)) if value is not None}
    return delta(tool_calls=[{**call, "type": "function", "function": function, **more}])


def stream(*chunks: Any, done: bool = True) -> bytes:
    """Return chunks (bytes as they are) as one body."""
    body = b"".join(chunk if isinstance(chunk, bytes) else event(chunk) for chunk in chunks)
    return body + DONE if done else body


async def ask(lane: str, *packets: bytes | None, request: ModelRequest = ASK) -> tuple[ModelReply | ModelError, str]:
    """Play one response to a lane; return the reply or the error, and what streamed."""
    pieces: list[str] = []
    async with ByteServer(packets) as server, LANES[lane](server.url) as model:
        try:
            return await model.reply(request, pieces.append), "".join(pieces)
        except ModelError as error:
            return error, "".join(pieces)


async def replied(lane: str, *chunks: Any, done: bool = True, request: ModelRequest = ASK) -> ModelReply:
    """Return the reply to a stream."""
    reply, _ = await ask(lane, *chunked(stream(*chunks, done=done)), request=request)
    assert isinstance(reply, ModelReply), reply
    return reply


def beside(reply: ModelReply) -> Aside:
    """Return what came beside a reply."""
    assert reply.aside is not None
    return reply.aside


async def failed(lane: str, *packets: bytes | None, request: ModelRequest = ASK) -> ModelError:
    """Return the error that a response makes."""
    error, _ = await ask(lane, *packets, request=request)
    assert isinstance(error, ModelError), error
    return error
