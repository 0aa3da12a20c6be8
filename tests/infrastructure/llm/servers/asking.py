"""Asking one endpoint by either lane, with a key and a model's name."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from dynagent.core.language_models import ChatModel, ModelError, ModelReply, ModelRequest, ToolSpec
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.langchain import open_langchain_model
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from tests.fakes.language_models import user

LANES = ("wire", "langchain")
TOOL = ToolSpec(
    name="calculator",
    description="Computes.",
    parameters={"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
)


async def ask(
    lane: str, url: str, key: str, name: str, text: str, *, again: bool = False, **more: Any
) -> ModelReply | ModelError:
    """Return the reply to a user's text, or the error; `again`: after the tries that a run makes."""
    request = ModelRequest(messages=(user(text),), timeout_s=60, idle_timeout_s=60, **more)
    async with _opened(lane, url, key, name) as opened:
        model = PersistentModel(opened, Persistence(Circuit(), sleep=_at_once)) if again else opened
        try:
            return await model.reply(request, lambda _: None)
        except ModelError as error:
            return error


async def _at_once(_seconds: float) -> None:
    """Do not wait between tries."""


@asynccontextmanager
async def _opened(lane: str, url: str, key: str, name: str) -> AsyncGenerator[ChatModel]:
    if lane == "langchain":
        yield open_langchain_model(name, api_key=key, base_url=url, use_responses_api=False)
        return
    pool = HttpPool(url, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    try:
        yield OpenAIWireModel(name, pool, key)
    finally:
        await pool.aclose()
