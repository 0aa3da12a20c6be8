"""The port over langchain-openai's client: for the Responses API and whatever else LangChain can reach.

Its own reading of replies is not used: it parses a call's arguments anew with every piece, which costs the square of
their length. The bytes go to the readers that the wire lane has, so both lanes understand the same endpoints. Nor is
its writing of requests, which only private functions do: the client is given them as bytes, which it neither looks
at nor copies.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Protocol, cast

import httpx2
import openai
from langchain_openai import ChatOpenAI

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
from dynagent.core.shared.turns import let_others_in
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.completions.request import names_length_twice, request_body, write_body
from dynagent.infrastructure.llm.completions.response import ResponseReader
from dynagent.infrastructure.llm.completions.responses_api import ResponsesReader
from dynagent.infrastructure.llm.completions.responses_request import responses_body
from dynagent.infrastructure.llm.errors import error_from_status, hide, mark_empty_stream


class Reader(Protocol):
    """Reads a response's bytes and makes a reply of them."""

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """The head is there; header names in lower case."""
        ...

    def on_body(self, data: bytes) -> float | None:
        """A piece of the body; returns in how many seconds the response counts as ended."""
        ...

    async def whole_reply(self, model: str, source: str = "") -> ModelReply:
        """Return the reply."""
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
            body = self._responses(request) if responses else self._completion(request)
            written = write_body(body)
            await let_others_in(len(written))
            if request.on_sent is not None:
                request.on_sent(SentRequest(lane="langchain", body=body, left_out=request.omit, hidden=self._hidden))
                await let_others_in(len(written))
            await self._read("/responses" if responses else "/chat/completions", written, reader, request)
            return await reader.whole_reply(self.name, self._source)
        except TimeoutError:
            raise ModelTimeout("the model was silent, or its reply took longer than its time limit") from None
        except Exception as error:
            known = error if isinstance(error, ModelError) else _model_error(error)
            if reader.promised_only:
                mark_empty_stream(known)
            hide(self._secret, known)
            raise known from None

    def _completion(self, request: ModelRequest) -> dict[str, Any]:
        return request_body(self.name, request, self._source, length_twice=self._length_twice)

    def _responses(self, request: ModelRequest) -> dict[str, Any]:
        return {**responses_body(self.name, request), "stream": True}

    async def _read(self, path: str, body: bytes, reader: Reader, request: ModelRequest) -> None:
        """Ask, and hand the response to the reader as it comes. Raises TimeoutError, what client and reader raise."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.timeout_s
        ends_at: float | None = None
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + request.idle_timeout_s)) as patience:
                async with aclosing(await self._post(path, body)) as response:
                    reader.on_head(
                        response.status_code, {key.lower(): value for key, value in response.headers.items()}
                    )
                    # As they came: what is packed is unpacked by the reader, which knows bounds.
                    pieces: AsyncIterator[bytes] = response.aiter_raw()
                    async for piece in pieces:
                        open_s = reader.on_body(piece)
                        if open_s is not None:
                            ends_at = loop.time() + open_s
                        limit = min(deadline, loop.time() + request.idle_timeout_s)
                        patience.reschedule(limit if ends_at is None else min(limit, ends_at))
        except TimeoutError:
            if ends_at is None or loop.time() < ends_at:
                raise

    async def _post(self, path: str, body: bytes) -> httpx2.Response:
        try:
            return await self._posted(path, body)
        except openai.APIConnectionError as error:
            # The other side closed a kept connection just as we used it: nothing was read, so ask anew.
            if not isinstance(error.__cause__, httpx2.RemoteProtocolError):
                raise
            return await self._posted(path, body)

    async def _posted(self, path: str, body: bytes) -> httpx2.Response:
        # Of a client asked for the response itself, a stream is the response with its body still to come.
        response: object = await self._client.root_async_client.post(
            path, cast_to=httpx2.Response, content=body, stream=True, stream_cls=openai.AsyncStream[object]
        )
        return cast("httpx2.Response", response)


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


def _model_error(error: Exception) -> ModelError:
    if isinstance(error, openai.APIStatusError):
        headers = {key.lower(): value for key, value in error.response.headers.items()}
        return error_from_status(error.status_code, headers, error.response.text)
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return ModelTimeout("the model endpoint did not answer in time")
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError, ValueError)):
        return ModelUnavailable(f"the model endpoint cannot be reached or broke off: {error}")
    return ModelError(f"{type(error).__name__}: {error}")
