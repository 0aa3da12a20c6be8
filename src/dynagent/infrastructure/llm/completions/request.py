"""A request for a completion, written as the endpoint is known to take it."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from dynagent.core.language_models import ChatMessage, ModelRequest, ToolSpec
from dynagent.core.shared.calls import ToolCall

_IMPOSSIBLE = re.compile(r"[^a-zA-Z0-9_-]")
MAX_NAME = 64
PICTURES = "pictures"
"""What an endpoint is known to refuse when it takes no pictures."""


_OWN_WORDS = (".openai.com", ".openai.azure.com")


def names_length_twice(url: str) -> bool:
    """Say whether an endpoint is told the longest answer in both fields that there are for it.

    OpenAI and Azure know `max_completion_tokens` and refuse its predecessor beside it. Of the others many know only
    `max_tokens`, and ignore the new name without a word.
    """
    return not f".{urlsplit(url).hostname}".endswith(_OWN_WORDS)


def write_request(model: str, request: ModelRequest, source: str = "", *, length_twice: bool = False) -> bytes:
    """Return the JSON body of a streamed completion; `source` is who gets back the fields that it sent."""
    return write_body(request_body(model, request, source, length_twice=length_twice))


def write_body(body: dict[str, Any]) -> bytes:
    """Return a body as JSON."""
    try:
        return orjson.dumps(body)
    except TypeError:
        # Integers beyond 64 bits, lone surrogates: JSON knows them, orjson does not.
        return json.dumps(body).encode()


def request_body(model: str, request: ModelRequest, source: str = "", *, length_twice: bool = False) -> dict[str, Any]:
    """Return the body as JSON types, without what `request.omit` names."""
    omit = request.omit
    wanted = None if "aside" in omit else source
    body: dict[str, Any] = {
        "model": model,
        "messages": [_write_message(message, wanted) for message in _sent_messages(request)],
    }
    if "stream" not in omit:
        body["stream"] = True
        if "stream_options" not in omit:
            body["stream_options"] = {"include_usage": True}
    if request.sent_temperature is not None:
        body["temperature"] = request.sent_temperature
    if request.max_tokens is not None:
        _write_length(body, request.max_tokens, omit, twice=length_twice)
    tools = request.tools
    if "tool_choice" in omit and request.tool_choice == "none":
        tools = ()
    if tools:
        body["tools"] = [write_tool(tool) for tool in tools]
        if request.tool_choice != "auto" and "tool_choice" not in omit:
            body["tool_choice"] = request.tool_choice
    if request.output_schema is not None and not (tools and "schema_with_tools" in omit):
        body["response_format"] = response_format(request.output_schema, strict="strict" not in omit)
    return body


def says_something(message: ChatMessage) -> bool:
    """Say whether a turn is sent: many endpoints refuse an empty one of the assistant, and with it all that follow."""
    return message.role != "assistant" or bool(message.tool_calls) or not _is_blank(message.content)


def shown_messages(request: ModelRequest) -> list[ChatMessage]:
    """Return the messages that say something; of pictures that the endpoint does not take only what they are called."""
    said = [message for message in request.messages if says_something(message)]
    return [_without_pictures(message) for message in said] if PICTURES in request.omit else said


def _without_pictures(message: ChatMessage) -> ChatMessage:
    if not message.pictures:
        return message
    names = ", ".join(picture.name for picture in message.pictures)
    note = f"[Pictures were attached that you are not shown, because this model takes none: {names}]"
    return message.model_copy(update={"content": f"{message.content}\n\n{note}", "pictures": ()})


def _write_length(body: dict[str, Any], tokens: int, omit: frozenset[str], *, twice: bool) -> None:
    new, old = "max_completion_tokens" not in omit, "max_tokens" not in omit
    if new:
        body["max_completion_tokens"] = tokens
    if old and (twice or not new):
        body["max_tokens"] = tokens


def _sent_messages(request: ModelRequest) -> list[ChatMessage]:
    """Return the messages that say something; without a system role its text stands before the first question."""
    messages = shown_messages(request)
    if "system" not in request.omit:
        return messages
    words = [message.content for message in messages if message.role == "system" and message.content]
    rest = [message for message in messages if message.role != "system"]
    at = next((place for place, message in enumerate(rest) if message.role == "user"), None)
    if not words:
        return rest
    if at is None:
        return [ChatMessage(role="user", content="\n\n".join(words)), *rest]
    rest[at] = rest[at].model_copy(update={"content": "\n\n".join([*words, rest[at].content])})
    return rest


def write_tool(tool: ToolSpec) -> dict[str, Any]:
    """Return a tool in the API's form."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def response_format(schema: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """Return an output schema in the API's form; strict where the schema keeps to what strict mode demands."""
    written: dict[str, Any] = {"name": "answer", "schema": schema}
    marked = {"strict": True} if strict and _is_strict(schema) else {}
    return {"type": "json_schema", "json_schema": written | marked}


def _is_strict(schema: Any) -> bool:
    """Every object closed and all of its properties required, the outermost value an object."""
    return schema.get("type") == "object" and all(map(_is_closed, _objects(schema)))


def _is_closed(schema: dict[str, Any]) -> bool:
    named: dict[str, Any] = schema.get("properties") or {}
    required: list[str] = schema.get("required") or []
    return schema.get("additionalProperties") is False and set(required) == set(named)


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        schema = cast("dict[str, Any]", part)
        if schema.get("type") == "object" or isinstance(schema.get("properties"), dict):
            yield schema
        for inner in schema.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in cast("list[Any]", part):
            yield from _objects(inner)


def write_arguments(call: ToolCall) -> str:
    """Return a call's arguments as the text of a JSON object; none for those that could not be read.

    The model has been told what was wrong with them; endpoints that read the history would refuse it for ever.
    """
    return "{}" if call.arguments is None else json.dumps(call.arguments, ensure_ascii=False)


def write_name(name: str) -> str:
    """Return a tool's name as every endpoint takes it; models invent others, which are answered with an error."""
    return _IMPOSSIBLE.sub("_", name)[:MAX_NAME] or "unknown"


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


def _write_message(message: ChatMessage, source: str | None) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "content": message.content or "(empty)", "tool_call_id": message.tool_call_id}
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.pictures:
        shown = [{"type": "image_url", "image_url": {"url": picture.url}} for picture in message.pictures]
        written["content"] = [{"type": "text", "text": message.content}, *shown]
    if message.tool_calls:
        written["content"] = message.content or None
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": write_name(call.name), "arguments": write_arguments(call)},
            }
            for call in message.tool_calls
        ]
        if message.aside is not None and source is not None and message.aside.source == source:
            _add_aside(written, message)
    return written


def _add_aside(written: dict[str, Any], message: ChatMessage) -> None:
    """Give back what came with these calls: some models refuse to go on without."""
    assert message.aside is not None
    for name, value in message.aside.fields.items():
        written.setdefault(name, value)
    for call, extra in zip(written["tool_calls"], message.aside.calls, strict=False):
        for name, value in extra.items():
            if name == "function":
                call["function"] = {**value, **call["function"]}
            else:
                call.setdefault(name, value)
