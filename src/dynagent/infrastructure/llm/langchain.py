"""The port over langchain-openai's client: for the Responses API and whatever else LangChain can reach.

Its own reading of replies is not used: it parses a call's arguments anew with every piece, which costs the square of
their length. The bytes go to the readers that the wire lane has, so both lanes understand the same endpoints. Nor is
its writing of requests, which only private functions do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

import httpx2
import openai
from langchain_openai import ChatOpenAI
from openai import AsyncAPIResponse

from dynagent.core.language_models import (
    ModelError,
    ModelReply,
    ModelRequest,
    ModelTimeout,
    ModelUnavailable,
    OnText,
)
from dynagent.core.shared.calls import SentRequest
from dynagent.core.shared.secret_names import hidden_forms
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.completions.request import names_length_twice, request_body
from dynagent.infrastructure.llm.completions.response import ResponseReader, let_others_in
from dynagent.infrastructure.llm.completions.responses_api import ResponsesReader
from dynagent.infrastructure.llm.completions.responses_request import responses_body
from dynagent.infrastructure.llm.errors import error_from_status, hide, mark_empty_stream

Opened = AbstractAsyncContextManager[AsyncAPIResponse[Any]]


class Reader(Protocol):
    """Reads a response's bytes and makes a reply of them."""

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """The head is there; header names in lower case."""
        ...

    def on_body(self, data: bytes) -> float | None:
        """A piece of the body; returns in how many seconds the response counts as ended."""
        ...

    def reply(self, model: str, source: str = "") -> ModelReply:
        """Return the reply."""
        ...

    @property
    def size(self) -> int:
        """How many bytes of body came."""
        ...

    @property
    def promised_only(self) -> bool:
        """Whether a stream was begun and nothing came in it."""
        ...


class LangChainModel:
    """A model asked through ChatOpenAI. Never retries by itself: `client.max_retries` is 0."""

    def __init__(self, name: str, client: ChatOpenAI, secret: str | None = None) -> None:
        self._secret = secret
        self._hidden = hidden_forms([secret or ""])
        self.name = name
        self._client = client
        url = str(client.root_async_client.base_url)
        self._source = source_of(url, name)
        self._length_twice = names_length_twice(url)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask and stream. Raises ModelRefused, ModelRateLimited, ModelUnavailable, ModelTimeout."""
        responses = bool(self._client.use_responses_api)
        reader = ResponsesReader(request, on_text) if responses else ResponseReader(request, on_text)
        try:
            opened = self._responses(request) if responses else self._completion(request)
            await _read(opened, reader, request)
            reply = reader.reply(self.name, self._source)
            await let_others_in(reader.size)
            return reply
        except TimeoutError:
            raise ModelTimeout("the model was silent, or its reply took longer than its time limit") from None
        except Exception as error:
            known = error if isinstance(error, ModelError) else _model_error(error)
            if reader.promised_only:
                mark_empty_stream(known)
            hide(self._secret, known)
            raise known from None

    def _completion(self, request: ModelRequest) -> Opened:
        body = request_body(self.name, request, self._source, length_twice=self._length_twice)
        self._report_sent(request, body)
        create = self._client.root_async_client.chat.completions.with_streaming_response.create
        # The body is ours already: nothing in it is looked at by the client again.
        streamed: dict[str, Any] = {"stream": True} if "stream" in body else {}
        return cast("Opened", create(model=self.name, messages=[], extra_body=body, **streamed))

    def _responses(self, request: ModelRequest) -> Opened:
        body = responses_body(self.name, request)
        self._report_sent(request, {**body, "stream": True})
        create = self._client.root_async_client.responses.with_streaming_response.create
        return cast("Opened", create(model=self.name, input=[], stream=True, extra_body=body))

    def _report_sent(self, request: ModelRequest, body: dict[str, Any]) -> None:
        if request.on_sent is not None:
            request.on_sent(SentRequest(lane="langchain", body=body, left_out=request.omit, hidden=self._hidden))


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


async def _read(opened: Opened, reader: Reader, request: ModelRequest) -> None:
    """Hand the response to the reader as it comes. Raises TimeoutError, and what the reader raises."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + request.timeout_s
    ends_at: float | None = None
    try:
        async with asyncio.timeout_at(min(deadline, loop.time() + request.idle_timeout_s)) as patience:
            async with opened as response:
                reader.on_head(response.status_code, {key.lower(): value for key, value in response.headers.items()})
                # As they came: what is packed is unpacked by the reader, which knows bounds.
                pieces: AsyncIterator[bytes] = response.http_response.aiter_raw()
                async for piece in pieces:
                    open_s = reader.on_body(piece)
                    if open_s is not None:
                        ends_at = loop.time() + open_s
                    limit = min(deadline, loop.time() + request.idle_timeout_s)
                    patience.reschedule(limit if ends_at is None else min(limit, ends_at))
    except TimeoutError:
        if ends_at is None or loop.time() < ends_at:
            raise


def _model_error(error: Exception) -> ModelError:
    if isinstance(error, openai.APIStatusError):
        headers = {key.lower(): value for key, value in error.response.headers.items()}
        return error_from_status(error.status_code, headers, error.response.text)
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return ModelTimeout("the model endpoint did not answer in time")
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError, ValueError)):
        return ModelUnavailable(f"the model endpoint cannot be reached or broke off: {error}")
    return ModelError(f"{type(error).__name__}: {error}")
