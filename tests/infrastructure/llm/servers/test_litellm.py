"""Both lanes at LiteLLM's proxy, which hands the scripted model's answers on in its own manner."""

import pytest

from dynagent.core.language_models import (
    ContextTooLong,
    ModelError,
    ModelRateLimited,
    ModelRefused,
    ModelReply,
    ModelUnavailable,
)
from tests.infrastructure.llm.servers.asking import LANES, TOOL, ask
from tests.infrastructure.llm.servers.conftest import LITELLM_KEY

pytestmark = [
    pytest.mark.real_server,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("lane", LANES),
]


async def asked(lane: str, url: str, text: str, key: str = LITELLM_KEY, **more) -> ModelReply | ModelError:
    return await ask(lane, url, key, "scripted", text, **more)


async def test_an_answer_with_the_usage_that_was_reported(lane: str, litellm_url: str) -> None:
    reply = await asked(lane, litellm_url, "[[say=Hello there]]")
    assert isinstance(reply, ModelReply), reply
    assert (reply.content, reply.finish_reason, reply.usage.estimated) == ("Hello there", "stop", False)
    assert reply.usage.output_tokens == 2


async def test_parallel_calls(lane: str, litellm_url: str) -> None:
    reply = await asked(lane, litellm_url, "[[parallel=2]]", tools=(TOOL,))
    assert isinstance(reply, ModelReply), reply
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [
        ("calculator", {"expression": "6*7"}),
        ("calculator", {"expression": "7*7"}),
    ]


async def test_a_stream_that_ends_early_behind_the_proxy_looks_complete(lane: str, litellm_url: str) -> None:
    """Nothing tells it from a short answer: the proxy says `stop`. Broken arguments are seen for what they are."""
    reply = await asked(lane, litellm_url, "[[short=99]] [[tokens=60]]")
    assert isinstance(reply, ModelReply), reply
    assert reply.finish_reason == "stop" and 0 < len(reply.content.split()) < 60
    reply = await asked(lane, litellm_url, "[[short=99]] [[tools=1]]", tools=(TOOL,))
    assert isinstance(reply, ModelReply), reply
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("calculator", None)]


@pytest.mark.parametrize("tools", [(), (TOOL,)])
async def test_a_connection_that_breaks_behind_the_proxy_is_told(lane: str, litellm_url: str, tools) -> None:
    error = await asked(lane, litellm_url, f"[[cut=99]] [[{'tools=1' if tools else 'tokens=60'}]]", tools=tools)
    assert isinstance(error, ModelUnavailable) and "Connection error" in error.detail, error


@pytest.mark.parametrize(
    ("script", "kind", "wait_s"),
    [
        ("[[fail=429:99:7]]", ModelRateLimited, 7),
        ("[[fail=429:99:0]] [[code=insufficient_quota]]", ModelRefused, None),
        ("[[fail=400:99]] [[code=context_length_exceeded]]", ContextTooLong, None),
        ("[[fail=400:99]]", ModelRefused, None),
        ("[[fail=401:99]]", ModelRefused, None),
        ("[[fail=500:99]]", ModelUnavailable, None),
        ("[[fail=503:99]]", ModelUnavailable, None),
    ],
)
async def test_errors_keep_their_meaning(lane: str, litellm_url: str, script: str, kind, wait_s) -> None:
    error = await asked(lane, litellm_url, f"{lane} {script}")
    assert isinstance(error, ModelError), error
    assert (type(error), error.retry_after_s) == (kind, wait_s), error.detail


async def test_a_wrong_key_is_refused_and_not_repeated(lane: str, litellm_url: str) -> None:
    error = await asked(lane, litellm_url, "hello", key="sk-that-is-wrong-4711")
    assert isinstance(error, ModelRefused) and "4711" not in error.detail, error
