"""Both lanes at llama.cpp's server in Python, with a model made on the spot that says random bytes."""

import pytest

from dynagent.core.language_models import ContextTooLong, ModelReply
from tests.infrastructure.llm.servers.asking import LANES, ask
from tests.infrastructure.llm.servers.conftest import CONTEXT

pytestmark = [
    pytest.mark.real_server,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("lane", LANES),
]


async def test_an_answer_is_as_long_as_asked_for(lane: str, llama_url: str) -> None:
    """It knows `max_tokens` only, and reports no usage in a stream."""
    reply = await ask(lane, llama_url, "none", "tiny", "hello", max_tokens=8)
    assert isinstance(reply, ModelReply), reply
    assert reply.finish_reason == "length" and len(reply.content.encode()) <= 8 * 3
    assert reply.usage.estimated


async def test_a_conversation_without_room_is_told_as_that(lane: str, llama_url: str) -> None:
    """Streamed it answers 200 and nothing; asked once more without a stream it says why."""
    error = await ask(lane, llama_url, "none", "tiny", "x" * (CONTEXT + 100), max_tokens=8, again=True)
    assert isinstance(error, ContextTooLong), error
    assert error.extra["window_tokens"] == CONTEXT
