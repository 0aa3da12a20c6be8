"""The port over langchain-openai: for the Responses API, Azure and providers that speak no Chat Completions."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

import httpx2
import openai
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.content import InvalidToolCall
from langchain_core.messages.tool import ToolCall as LangChainToolCall
from langchain_openai import ChatOpenAI

from dynagent.core.language_models import (
    ChatMessage,
    ModelError,
    ModelReply,
    ModelRequest,
    ModelTimeout,
    ModelUnavailable,
    OnText,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall
from dynagent.infrastructure.llm.errors import error_from_event, error_from_status, hide
from dynagent.infrastructure.llm.gathering import ReplyGatherer
from dynagent.infrastructure.llm.openai_wire import response_format, write_tool

_FINISHED = {"completed": "stop", "incomplete": "length"}


class LangChainModel:
    """A model asked through ChatOpenAI. Never retries by itself: `client.max_retries` is 0."""

    def __init__(self, name: str, client: ChatOpenAI, secret: str | None = None) -> None:
        self._secret = secret
        self.name = name
        self._client = client

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask and stream. Raises ModelRefused, ModelRateLimited, ModelUnavailable, ModelTimeout."""
        gatherer = ReplyGatherer(on_text)
        messages = [write_message(message) for message in request.messages]
        options = _options(request)
        if request.output_schema is not None:
            options |= self._format(request.output_schema)
        stream = cast("AsyncGenerator[AIMessageChunk]", self._client.astream(messages, **options))
        try:
            await _gather(stream, gatherer, request)
        except TimeoutError:
            raise ModelTimeout("the model was silent, or its reply took longer than its time limit") from None
        except Exception as error:
            known = error if isinstance(error, ModelError) else _model_error(error)
            hide(self._secret, known)
            raise known from None
        return gatherer.reply(request, self.name)

    def _format(self, schema: dict[str, Any]) -> dict[str, Any]:
        written = {"response_format": response_format(schema)}
        # As an option of Chat Completions it would have the reply parsed there, and tools that are not strict refused.
        return written if self._client.use_responses_api else {"extra_body": written}


def open_langchain_model(
    name: str, *, api_key: str | None, base_url: str | None, use_responses_api: bool
) -> LangChainModel:
    """Return the model at an endpoint; without `use_responses_api` given, ChatOpenAI would choose by the name."""
    client = ChatOpenAI(
        model=name,
        api_key=api_key or "none",  # pyright: ignore[reportArgumentType]
        base_url=base_url,
        use_responses_api=use_responses_api,
        stream_usage=True,
        max_retries=0,
        timeout=None,
        stream_chunk_timeout=None,
    )
    return LangChainModel(name, client, api_key)


def write_message(message: ChatMessage) -> BaseMessage:
    """Return our message as LangChain's."""
    if message.role == "system":
        return SystemMessage(message.content)
    if message.role == "user":
        return HumanMessage(message.content)
    if message.role == "tool":
        return ToolMessage(message.content, tool_call_id=message.tool_call_id or "")
    return AIMessage(
        message.content,
        tool_calls=[
            LangChainToolCall(name=call.name, args=call.arguments, id=call.id, type="tool_call")
            for call in message.tool_calls
            if call.arguments is not None
        ],
        invalid_tool_calls=[_invalid(call) for call in message.tool_calls if call.arguments is None],
    )


def _invalid(call: ToolCall) -> InvalidToolCall:
    return InvalidToolCall(name=call.name, args=call.raw, id=call.id, error=None, type="invalid_tool_call")


def _options(request: ModelRequest) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if request.temperature is not None:
        options["temperature"] = request.temperature
    if request.max_tokens is not None:
        options["max_tokens"] = request.max_tokens
    if request.tools:
        options["tools"] = [write_tool(tool) for tool in request.tools]
        if request.tool_choice != "auto":
            options["tool_choice"] = request.tool_choice
    return options


async def _gather(stream: AsyncGenerator[AIMessageChunk], gatherer: ReplyGatherer, request: ModelRequest) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + request.timeout_s

    def limit() -> float:
        return min(deadline, loop.time() + request.idle_timeout_s)

    async with asyncio.timeout_at(limit()) as patience, aclosing(stream) as chunks:
        async for chunk in chunks:
            patience.reschedule(limit())
            _read_chunk(gatherer, chunk)


def _read_chunk(gatherer: ReplyGatherer, chunk: AIMessageChunk) -> None:
    text = str(chunk.text) or chunk.additional_kwargs.get("refusal")
    if text:
        gatherer.add_text(text)
    for call in chunk.tool_call_chunks:
        index = call["index"]
        gatherer.add_call(
            index if isinstance(index, int) else None, id=call["id"], name=call["name"], fragment=call["args"]
        )
    reported: dict[str, Any] = chunk.response_metadata
    gatherer.model = gatherer.model or str(reported.get("model_name") or "")
    finish = reported.get("finish_reason") or _FINISHED.get(str(reported.get("status")))
    if finish:
        gatherer.finish_reason = finish
    if chunk.usage_metadata:
        gatherer.usage = _read_usage(chunk.usage_metadata)


def _read_usage(reported: UsageMetadata) -> TokenUsage:
    given = reported.get("input_token_details") or {}
    made = reported.get("output_token_details") or {}
    return TokenUsage(
        input_tokens=reported["input_tokens"],
        output_tokens=reported["output_tokens"],
        cached_input_tokens=given.get("cache_read") or 0,
        reasoning_tokens=made.get("reasoning") or 0,
    )


def _model_error(error: Exception) -> ModelError:
    if isinstance(error, openai.APIStatusError):
        return error_from_status(error.status_code, error.response.headers, error.response.text)
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return ModelTimeout("the model endpoint did not answer in time")
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError, ValueError)):
        return ModelUnavailable(f"the model endpoint cannot be reached or broke off: {error}")
    if isinstance(error, openai.APIError):
        return error_from_event(error.body or str(error))
    return ModelError(f"{type(error).__name__}: {error}")
