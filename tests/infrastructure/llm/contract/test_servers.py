"""What servers send: LiteLLM as it was recorded (`make endpoints` asks it), llama-cpp-python as it answers."""

import json

import pytest

from dynagent.core.language_models import (
    ContextTooLong,
    ModelError,
    ModelRateLimited,
    ModelRefused,
    ModelReply,
    ModelUnavailable,
)
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.contract.sessions import ASK, ask, failed
from tests.infrastructure.llm.lanes import LANES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.parametrize("lane", LANES)]

LITELLM_HEAD = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1796058947,"model":"scripted"'
LITELLM_USAGE = (
    '{"id":"chatcmpl-1","created":1796058947,"model":"scripted","object":"chat.completion.chunk",'
    '"choices":[{"index":0,"delta":{}}],"usage":{"completion_tokens":2,"prompt_tokens":5,"total_tokens":7,'
    '"completion_tokens_details":{"reasoning_tokens":0},"prompt_tokens_details":{"cached_tokens":2}}}'
)
PROXY = "\n\nLiteLLM: model group 'scripted' failed with the error above. No fallback was attempted."
PROVIDER = "OpenAIException - "
LITELLM_CALL = '{"id":"call_0","function":{"arguments":"","name":"calculator"},"type":"function","index":0}'
LITELLM_PART = '{"function":{"arguments":"{\\"expression"},"type":"function","index":0}'


def litellm(*choices: str, last: str = "[DONE]") -> bytes:
    """Return a stream of LiteLLM's proxy 1.108.7, of the inside of each choice."""
    chunks = [f'{{{LITELLM_HEAD},"choices":[{{"index":0,{choice}}}]}}' for choice in choices]
    return "".join(f"data: {data}\n\n" for data in [*chunks, LITELLM_USAGE, last]).encode()


def delta(inside: str, finish: str = "") -> str:
    """Return the inside of a choice."""
    return f'"delta":{{{inside}}}' + (f',"finish_reason":"{finish}"' if finish else "")


async def test_litellm_sends_usage_in_a_chunk_with_an_empty_delta_behind_the_end(lane):
    raw = litellm(delta('"role":"assistant","content":""'), delta('"content":"Hello"'), delta("", "stop"))
    reply, streamed = await ask(lane, *chunked(raw))
    assert isinstance(reply, ModelReply), reply
    assert (reply.content, streamed, reply.finish_reason) == ("Hello", "Hello", "stop")
    usage = reply.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.estimated) == (5, 2, 2, False)


@pytest.mark.parametrize("end", [[None], []], ids=["after the reply", "with the next request"])
async def test_a_kept_connection_that_the_other_side_closes_is_replaced(lane, end):
    """llama.cpp's server closes after each stream that it could not begin."""
    said = chunked(litellm(delta('"content":"Hello"'), delta("", "stop")))
    sessions = [[*said, *end], *([] if end else [[None]]), said]
    async with ByteServer(*sessions) as server, LANES[lane](server.url) as model:
        for _ in range(2):
            assert (await model.reply(ASK, lambda _: None)).content == "Hello"
        assert (server.connections, len(server.requests)) == (2, len(sessions))


async def test_litellm_completes_what_its_provider_did_not(lane):
    """Half a call keeps its broken words: the model is told, and no tool is called with them."""
    begun = delta(f'"tool_calls":[{LITELLM_CALL}]')
    raw = litellm(delta('"role":"assistant"'), begun, delta(f'"tool_calls":[{LITELLM_PART}]'), delta("", "stop"))
    reply, _ = await ask(lane, *chunked(raw))
    assert isinstance(reply, ModelReply), reply
    assert [(call.name, call.arguments, call.raw) for call in reply.tool_calls] == [
        ("calculator", None, '{"expression')
    ]


async def test_litellm_tells_in_the_stream_of_a_connection_that_broke(lane):
    told = (
        '{"error": {"message": "litellm.APIConnectionError: APIConnectionError: OpenAIException - Connection error.", '
        '"type": null, "param": null, "code": "500"}}'
    )
    raw = litellm(delta('"role":"assistant","content":""'), delta('"content":"Hel"'))
    error = await failed(lane, *chunked(raw.replace(LITELLM_USAGE.encode(), told.encode())))
    assert type(error) is ModelUnavailable and "Connection error" in error.detail


@pytest.mark.parametrize(
    ("status", "name", "words", "type_", "headers", "kind", "wait_s"),
    [
        (429, "RateLimitError", "busy", "throttling_error", ("llm_provider-retry-after: 7",), ModelRateLimited, 7),
        (
            *(429, "RateLimitError", "You exceeded your current quota, please check your plan and billing details."),
            *("throttling_error", ("llm_provider-retry-after: 0",), ModelRefused, None),
        ),
        (
            *(400, "ContextWindowExceededError", "This model's maximum context length is 8192 tokens. However, your "),
            *("invalid_request_error", (), ContextTooLong, None),
        ),
        (500, "InternalServerError", "scripted 500", "internal_server_error", (), ModelUnavailable, None),
        (401, "AuthenticationError", "scripted 401", "authentication_error", (), ModelRefused, None),
        (400, "BadRequestError", "scripted 400", "scripted", (), ModelRefused, None),
    ],
)
async def test_litellm_has_codes_of_its_own(lane, status, name, words, type_, headers, kind, wait_s):
    message = f"litellm.{name}: {name}: {PROVIDER}{words}{PROXY}"
    told = {"error": {"message": message, "type": type_, "param": None, "code": str(status)}}
    error = await failed(lane, *whole(status, json.dumps(told).encode(), *headers))
    assert (type(error), error.retry_after_s) == (kind, wait_s), error.detail
    assert words[:30] in error.detail


async def test_litellm_without_a_database_refuses_a_wrong_key_like_this(lane):
    body = b'{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}'
    assert type(await failed(lane, *whole(400, body))) is ModelRefused


LLAMA_HEAD = '"id":"chatcmpl-2","model":"tiny","created":1796058947,"object":"chat.completion.chunk"'


def llama(*choices: str) -> bytes:
    """Return a stream of llama-cpp-python 0.3.36, which ends its lines in LF and reports no usage."""
    chunks = [f'{{{LLAMA_HEAD},"choices":[{{"index":0,{choice}}}]}}' for choice in choices]
    return "".join(f"data: {data}\n\n" for data in [*chunks, "[DONE]"]).encode()


async def test_llama_cpp_ends_without_usage(lane):
    rest = ',"logprobs":null,"finish_reason":'
    raw = llama(
        f'"delta":{{"role":"assistant"}}{rest}null',
        f'"delta":{{"content":"fi"}}{rest}null',
        f'"delta":{{"content":"ne"}}{rest}null',
        f'"delta":{{}}{rest}"length"',
    )
    reply, _ = await ask(lane, *chunked(raw))
    assert isinstance(reply, ModelReply), reply
    assert (reply.content, reply.finish_reason, reply.usage.estimated) == ("fine", "length", True)


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (
            400,
            {
                "error": {
                    "message": "This model's maximum context length is 512 tokens. However, you requested 620 tokens "
                    "(612 in the messages, 8 in the completion). Please reduce the length of the messages or "
                    "completion.",
                    "type": "invalid_request_error",
                    "param": "messages",
                    "code": "context_length_exceeded",
                }
            },
            ContextTooLong,
        ),
        (401, {"detail": "Invalid API key"}, ModelRefused),
        (
            500,
            {"error": {"message": "a", "type": "internal_server_error", "param": None, "code": None}},
            ModelUnavailable,
        ),
    ],
)
async def test_llama_cpp_has_these_errors(lane, status, told, kind):
    error = await failed(lane, *whole(status, json.dumps(told).encode()))
    assert isinstance(error, ModelError) and type(error) is kind
    assert kind is not ContextTooLong or error.extra["window_tokens"] == 512
