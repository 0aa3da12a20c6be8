"""A request written for the Responses API: the same turns, as items of its input."""

from collections.abc import Iterator
from typing import Any

from dynagent.core.language_models import ChatMessage, ModelRequest
from dynagent.infrastructure.llm.completions.request import (
    response_format,
    shown_messages,
    write_arguments,
    write_name,
    write_tool,
)


def responses_body(model: str, request: ModelRequest) -> dict[str, Any]:
    """Return the body as JSON types."""
    said = shown_messages(request)
    body: dict[str, Any] = {"model": model, "input": [item for message in said for item in _items(message)]}
    if request.temperature is not None and not _thinks_always(model):
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body["max_output_tokens"] = request.max_tokens
    if request.tools:
        body["tools"] = [{"type": "function", **write_tool(tool)["function"]} for tool in request.tools]
        if request.tool_choice != "auto":
            body["tool_choice"] = request.tool_choice
    if request.output_schema is not None:
        body["text"] = {"format": {"type": "json_schema", **response_format(request.output_schema)["json_schema"]}}
    return body


def _thinks_always(model: str) -> bool:
    """Models of this family refuse a request that sets a temperature, but for those made to chat."""
    return model.startswith("gpt-5") and "chat" not in model


def _items(message: ChatMessage) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        output = message.content or "(empty)"
        yield {"type": "function_call_output", "call_id": message.tool_call_id or "", "output": output}
        return
    if message.pictures:
        shown = [{"type": "input_image", "image_url": picture.url} for picture in message.pictures]
        yield {"role": message.role, "content": [{"type": "input_text", "text": message.content}, *shown]}
    elif message.content or not message.tool_calls:
        yield {"role": message.role, "content": message.content}
    for call in message.tool_calls:
        arguments = write_arguments(call)
        yield {"type": "function_call", "call_id": call.id, "name": write_name(call.name), "arguments": arguments}
