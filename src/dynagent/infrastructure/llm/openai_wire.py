"""Our own client of the Chat Completions API: streaming, tool calls, usage; no object per token."""

import json
from collections.abc import Iterator
from typing import Any, cast

import orjson

from dynagent.core.language_models import (
    ChatMessage,
    ModelError,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    OnText,
    ToolSpec,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall
from dynagent.infrastructure.llm.errors import error_from_event, error_from_status, hide
from dynagent.infrastructure.llm.gathering import ReplyGatherer
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.sse import SseReader

MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024


class OpenAIWireModel:
    """A model behind an OpenAI-compatible endpoint, asked over plain HTTP. Never retries by itself."""

    def __init__(self, name: str, pool: HttpPool, secret: str | None = None) -> None:
        self.name = name
        self._pool = pool
        self._secret = secret

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask and stream. Raises ModelRefused, ModelRateLimited, ModelUnavailable, ModelTimeout."""
        sink = _ReplySink(on_text)
        try:
            await self._pool.post(
                "/chat/completions",
                write_request(self.name, request),
                sink,
                timeout_s=request.timeout_s,
                idle_timeout_s=request.idle_timeout_s,
            )
            return sink.finish().reply(request, self.name)
        except ModelError as error:
            hide(self._secret, error)
            raise


def write_request(model: str, request: ModelRequest) -> bytes:
    """Return the JSON body of a streamed completion."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_write_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body["max_completion_tokens"] = request.max_tokens
    if request.tools:
        body["tools"] = [write_tool(tool) for tool in request.tools]
        if request.tool_choice != "auto":
            body["tool_choice"] = request.tool_choice
    if request.output_schema is not None:
        body["response_format"] = response_format(request.output_schema)
    try:
        return orjson.dumps(body)
    except TypeError:
        # Integers beyond 64 bits, lone surrogates: JSON knows them, orjson does not.
        return json.dumps(body).encode()


def write_tool(tool: ToolSpec) -> dict[str, Any]:
    """Return a tool in the API's form."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def response_format(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an output schema in the API's form; strict where the schema keeps to what strict mode demands."""
    written: dict[str, Any] = {"name": "answer", "schema": schema}
    return {"type": "json_schema", "json_schema": written | ({"strict": True} if _is_strict(schema) else {})}


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
    """Return a call's arguments as JSON text; what the model wrote when it could not be read."""
    return call.raw or "{}" if call.arguments is None else json.dumps(call.arguments, ensure_ascii=False)


def _write_message(message: ChatMessage) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "content": message.content, "tool_call_id": message.tool_call_id}
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        written["content"] = message.content or None
        written["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": write_arguments(call)}}
            for call in message.tool_calls
        ]
    return written


class _ReplySink:
    """Reads the response of a completion: a stream of events, a plain JSON body, or an error."""

    def __init__(self, on_text: OnText) -> None:
        self._gatherer = ReplyGatherer(on_text)
        self._events = SseReader()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._streamed = True
        self._body: list[bytes] = []
        self._size = 0

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """Decide how the body is to be read."""
        self._status = status
        self._headers = headers
        self._streamed = status == 200 and not headers.get("content-type", "").startswith("application/json")

    def on_body(self, data: bytes) -> None:
        """Read what is there."""
        self._size += len(data)
        if self._size > MAX_REPLY_BYTES:
            raise ModelRefused(f"the model's reply is larger than {MAX_REPLY_BYTES >> 20} MB")
        if not self._streamed:
            if self._status == 200 or self._size <= MAX_ERROR_BYTES:
                self._body.append(data)
            return
        for event in self._events.feed(data):
            self._take(event)

    def finish(self) -> ReplyGatherer:
        """Return what was gathered. Raises ModelError when the response was none."""
        body = b"".join(self._body)
        if self._status != 200:
            raise error_from_status(self._status, self._headers, body.decode("utf-8", "replace"))
        for event in self._events.finish() if self._streamed else [body]:
            self._take(event)
        return self._gatherer

    def _take(self, event: bytes) -> None:
        try:
            self._read(event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelUnavailable("the model endpoint sent JSON of an unexpected shape") from error

    def _read(self, event: bytes) -> None:
        gatherer = self._gatherer
        if event.startswith(b"[DONE]"):
            gatherer.finish_reason = gatherer.finish_reason or "stop"
            return
        chunk = _read_json(event)
        if chunk.get("error"):
            raise error_from_event(chunk["error"])
        if not gatherer.model and chunk.get("model"):
            gatherer.model = str(chunk["model"])
        if chunk.get("usage"):
            gatherer.usage = _read_usage(chunk["usage"])
        for choice in chunk.get("choices") or ():
            if choice.get("index", 0) == 0:
                _read_choice(gatherer, choice)


def _read_choice(gatherer: ReplyGatherer, choice: dict[str, Any]) -> None:
    delta: dict[str, Any] = choice.get("delta") or choice.get("message") or {}
    text = delta.get("content") or delta.get("refusal")
    if text:
        gatherer.add_text(text)
    for call in delta.get("tool_calls") or ():
        function: dict[str, Any] = call.get("function") or {}
        gatherer.add_call(
            call.get("index"), id=call.get("id"), name=function.get("name"), fragment=function.get("arguments")
        )
    if choice.get("finish_reason"):
        gatherer.finish_reason = choice["finish_reason"]


def _read_usage(reported: dict[str, Any]) -> TokenUsage:
    given: dict[str, Any] = reported.get("prompt_tokens_details") or {}
    made: dict[str, Any] = reported.get("completion_tokens_details") or {}
    return TokenUsage(
        input_tokens=reported.get("prompt_tokens") or 0,
        output_tokens=reported.get("completion_tokens") or 0,
        cached_input_tokens=given.get("cached_tokens") or 0,
        reasoning_tokens=made.get("reasoning_tokens") or 0,
    )


def _read_json(event: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(event)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(event.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise ModelUnavailable("the model endpoint sent what is no JSON") from error
    if not isinstance(value, dict):
        raise ModelUnavailable("the model endpoint sent JSON that is no object")
    return value  # pyright: ignore[reportUnknownVariableType]
