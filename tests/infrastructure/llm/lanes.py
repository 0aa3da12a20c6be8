"""Both lanes to one endpoint, and what a lane made of a session, so that tests can demand equality."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from langchain_openai.chat_models import _client_utils

from dynagent.core.language_models import ChatModel, ModelError, ModelReply, ModelRequest
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.langchain import open_langchain_model
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel

Open = Callable[[str], ChatModel]


@dataclass(frozen=True)
class Told:
    """What a call gave: the reply or the error's class and wish, and the text that streamed."""

    reply: ModelReply | None
    error: type[ModelError] | None
    retry_after_s: float | None
    streamed: str


@asynccontextmanager
async def wire(url: str) -> AsyncGenerator[ChatModel]:
    """Our own client."""
    pool = HttpPool(url, {"Authorization": "Bearer key"})
    yield OpenAIWireModel("scripted", pool)
    await pool.aclose()


@asynccontextmanager
async def langchain(url: str) -> AsyncGenerator[ChatModel]:
    """ChatOpenAI over Chat Completions."""
    _forget_connections()
    yield open_langchain_model("scripted", api_key="key", base_url=url, use_responses_api=False)


@asynccontextmanager
async def responses(url: str) -> AsyncGenerator[ChatModel]:
    """ChatOpenAI over the Responses API."""
    _forget_connections()
    yield open_langchain_model("scripted", api_key="key", base_url=url, use_responses_api=True)


def _forget_connections() -> None:
    """LangChain keeps connections by address, and ports of earlier tests come again on another event loop."""
    _client_utils._cached_async_httpx_client.cache_clear()  # pyright: ignore[reportPrivateUsage]


LANES = {"wire": wire, "langchain": langchain}


async def ask(model: ChatModel, request: ModelRequest) -> Told:
    """Call a model and tell what came of it."""
    pieces: list[str] = []
    try:
        reply = await model.reply(request, pieces.append)
    except ModelError as error:
        return Told(None, type(error), error.retry_after_s, "".join(pieces))
    assert "".join(pieces) == reply.content
    return Told(reply, None, None, "".join(pieces))
