"""The Chat Completions wire shape: role chunk, text or calls, finish, usage without choices, [DONE]."""

import json
import time
from typing import Any

from benchmarks.scripted_model.script import Reply

FRAGMENT = 12
"""Characters of tool arguments in one chunk."""


def stream(request: dict[str, Any], reply: Reply) -> list[bytes]:
    """Return the server-sent events of a streamed completion, one item for each chunk, `[DONE]` last."""
    head = _head(request, "chat.completion.chunk")
    events = [_event(head, {"role": "assistant", "content": None if reply.calls else ""})]
    events += [_event(head, {"content": piece}) for piece in reply.pieces]
    for index, call in enumerate(reply.calls):
        start = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        events.append(_event(head, {"tool_calls": [start]}))
        for at in range(0, len(call.arguments), FRAGMENT):
            part = {"index": index, "function": {"arguments": call.arguments[at : at + FRAGMENT]}}
            events.append(_event(head, {"tool_calls": [part]}))
    events.append(_event(head, {}, "tool_calls" if reply.calls else "stop"))
    options: dict[str, Any] = request.get("stream_options") or {}
    if reply.usage and options.get("include_usage"):
        body: dict[str, Any] = {**head, "choices": [], "usage": usage(request, reply)}
        events.append(b"data: %s\n\n" % json.dumps(body).encode())
    events.append(b"data: [DONE]\n\n")
    return [event.replace(b"\n\n", b"\r\n\r\n") for event in events] if reply.crlf else events


def whole(request: dict[str, Any], reply: Reply) -> bytes:
    """Return the body of a completion that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(reply.pieces) or None}
    if reply.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in reply.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.calls else "stop"}
    body = {**_head(request, "chat.completion"), "choices": [choice], "usage": usage(request, reply)}
    return json.dumps(body).encode()


def usage(request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """Return made-up but deterministic token counts: four characters in, one piece out."""
    given = sum(len(message.get("content") or "") for message in request.get("messages", ())) // 4 + 1
    made = len(reply.pieces) + 5 * len(reply.calls)
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": given // 2},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _head(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": int(time.time()), "model": request.get("model")}


def _event(head: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> bytes:
    body = {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: %s\n\n" % json.dumps(body).encode()
