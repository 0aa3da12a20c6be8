"""The Responses API's wire shape: typed events for text and function calls, `response.completed` with usage."""

import json
from typing import Any

from benchmarks.scripted_model.chat import usage
from benchmarks.scripted_model.script import Reply


def read_input(request: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return messages and tools in Chat Completions form; consecutive function calls are one round."""
    messages: list[dict[str, Any]] = []
    given: str | list[dict[str, Any]] = request.get("input") or []
    for item in [{"role": "user", "content": given}] if isinstance(given, str) else given:
        if item.get("type") == "function_call":
            if not (messages and messages[-1].get("tool_calls")):
                messages.append({"role": "assistant", "tool_calls": []})
            messages[-1]["tool_calls"].append(item)
        elif item.get("type") == "function_call_output":
            messages.append({"role": "tool", "content": item.get("output")})
        else:
            messages.append(item)
    offered: list[dict[str, Any]] = request.get("tools") or []
    none = request.get("tool_choice") == "none"
    return messages, [tool for tool in offered if tool.get("type") == "function" and not none]


def stream(request: dict[str, Any], reply: Reply) -> list[bytes]:
    """Return the server-sent events of a streamed response."""
    events: list[tuple[str, dict[str, Any]]] = [("response.created", {"response": _response(request, "in_progress")})]
    output: list[dict[str, Any]] = []
    if reply.pieces:
        output.append(_message(events, reply))
    for index, call in enumerate(reply.calls):
        output.append(_call(events, index, {"call_id": call.id, "name": call.name, "arguments": call.arguments}))
    done = {**_response(request, "completed"), "output": output, "usage": _usage(request, reply)}
    events.append(("response.completed", {"response": done}))
    return [
        b"event: %s\ndata: %s\n\n"
        % (kind.encode(), json.dumps({"type": kind, "sequence_number": number, **body}).encode())
        for number, (kind, body) in enumerate(events)
    ]


def whole(request: dict[str, Any], reply: Reply) -> bytes:
    """Return the body of a response that is not streamed."""
    events: list[tuple[str, dict[str, Any]]] = []
    output = [_message(events, reply)] if reply.pieces else []
    for index, call in enumerate(reply.calls):
        output.append(_call(events, index, {"call_id": call.id, "name": call.name, "arguments": call.arguments}))
    return json.dumps({**_response(request, "completed"), "output": output, "usage": _usage(request, reply)}).encode()


def _message(events: list[tuple[str, dict[str, Any]]], reply: Reply) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "output_text", "text": "".join(reply.pieces), "annotations": [], "logprobs": []}
    item: dict[str, Any] = {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "status": "in_progress",
        "content": [],
    }
    place = {"item_id": "msg_0", "output_index": 0, "content_index": 0}
    events.append(("response.output_item.added", {"output_index": 0, "item": item}))
    events.append(("response.content_part.added", {**place, "part": {**text, "text": ""}}))
    events += [("response.output_text.delta", {**place, "delta": piece, "logprobs": []}) for piece in reply.pieces]
    events.append(("response.output_text.done", {**place, "text": text["text"], "logprobs": []}))
    events.append(("response.content_part.done", {**place, "part": text}))
    done = {**item, "status": "completed", "content": [text]}
    events.append(("response.output_item.done", {"output_index": 0, "item": done}))
    return done


def _call(events: list[tuple[str, dict[str, Any]]], index: int, call: dict[str, str]) -> dict[str, Any]:
    item = {"id": f"fc_{index}", "type": "function_call", "status": "in_progress", **call}
    place = {"item_id": item["id"], "output_index": index}
    events.append(("response.output_item.added", {"output_index": index, "item": {**item, "arguments": ""}}))
    events.append(("response.function_call_arguments.delta", {**place, "delta": call["arguments"]}))
    events.append(("response.function_call_arguments.done", {**place, "arguments": call["arguments"]}))
    done = {**item, "status": "completed"}
    events.append(("response.output_item.done", {"output_index": index, "item": done}))
    return done


def _usage(request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    messages = read_input(request)[0]
    counted = usage({"messages": [m for m in messages if isinstance(m.get("content"), str)]}, reply)
    return {
        "input_tokens": counted["prompt_tokens"],
        "output_tokens": counted["completion_tokens"],
        "total_tokens": counted["total_tokens"],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }


def _response(request: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        "id": "resp_scripted",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "model": request.get("model"),
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
