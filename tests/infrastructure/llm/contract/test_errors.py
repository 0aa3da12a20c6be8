"""Failures in all the places they come in: the endpoint's own words reach the error, keys do not."""

import json

import pytest

from dynagent.core.language_models import ContextTooLong, ModelError, ModelRateLimited, ModelRefused, ModelUnavailable
from tests.infrastructure.llm.byte_server import chunked, whole
from tests.infrastructure.llm.contract.sessions import DONE, delta, event, failed, fragment, stream
from tests.infrastructure.llm.lanes import LANES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.parametrize("lane", LANES)]
WORDS = "the engine ran out of memory"
TOLD = {"message": WORDS, "type": "server_error"}
BODIES = [
    json.dumps({"error": {"message": WORDS, "code": 500}}),
    json.dumps({"detail": WORDS}),
    json.dumps({"code": 500, "msg": WORDS}),
    json.dumps([{"error": {"message": WORDS}}]),
    json.dumps({"error": WORDS}),
    json.dumps({"object": "error", "message": WORDS, "code": 500}, indent=2),
    json.dumps({"detail": [{"loc": ["body", "x"], "msg": WORDS}]}),
    json.dumps({"success": False, "errors": [{"code": 7, "message": WORDS}]}),
    json.dumps({"choices": None, "base_resp": {"status_code": 1000, "status_msg": WORDS}}),
    WORDS,
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
async def test_an_error_body_with_status_200(lane, body, kind):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    error = await failed(lane, head.encode() + body.encode())
    assert WORDS in error.detail and type(error) is ModelUnavailable


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("done", [True, False])
async def test_the_same_in_the_middle_of_a_stream(lane, body, done):
    if done and not body.startswith("{"):
        return
    wrapped = b"data: " + json.dumps(json.loads(body)).encode() + b"\n\n" if done else body.encode() + b"\n"
    error = await failed(lane, *chunked(stream(delta(content="half "), wrapped, done=done)))
    assert WORDS in error.detail and type(error) is ModelUnavailable


@pytest.mark.parametrize("data", [json.dumps(TOLD), WORDS, json.dumps({"odd": WORDS}), json.dumps(WORDS)])
async def test_an_event_that_is_called_an_error(lane, data):
    error = await failed(lane, *chunked(f"event: error\ndata: {data}\n\n".encode(), DONE))
    assert WORDS in error.detail


async def test_a_web_page(lane):
    for kind in ("text/html", "text/event-stream"):
        body = b"<html><body><h1>Welcome</h1></body></html>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        error = await failed(lane, head.encode() + body)
        assert "web page" in error.detail and "base URL" in error.detail and "Welcome" in error.detail


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"7", b'{"choices": []}', b'{"choices": [{}]}', b'"x"'])
async def test_nothing_of_an_answer_is_never_an_internal_error(lane, body):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        error = await failed(lane, head.encode() + body)
    except AssertionError:
        return  # a reply with no text is a reply; whoever asked decides what to do
    assert isinstance(error, ModelError)


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [7]},
        {"choices": {"a": 1}},
        {"choices": [{"index": 0, "delta": "text"}]},
        {"choices": [{"index": 0, "delta": [1]}]},
        delta(tool_calls=[7]),
        delta(tool_calls="x"),
        delta(tool_calls=[{"index": 0, "function": "x"}]),
        [1],
        7,
        None,
    ],
)
async def test_misfits_are_model_errors(lane, chunk):
    error = await failed(lane, *chunked(stream(chunk)))
    assert type(error) in (ModelUnavailable, ModelRefused) and "Traceback" not in error.detail


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"message": "x", "code": 429}, ModelRateLimited),
        ({"message": "x", "type": "rate_limit_error"}, ModelRateLimited),
        ({"message": "x", "code": 400}, ModelRefused),
        ({"message": "x", "type": "invalid_request_error"}, ModelRefused),
        ({"message": "x", "type": "authentication_error"}, ModelRefused),
        ({"message": "x", "code": "context_length_exceeded"}, ContextTooLong),
        ({"message": "x", "code": 503}, ModelUnavailable),
    ],
)
async def test_kinds_in_a_stream(lane, told, kind):
    assert type(await failed(lane, *chunked(event({"error": told})))) is kind


@pytest.mark.parametrize(
    ("status", "message", "window"),
    [
        (400, "This model's maximum context length is 1500 tokens. However, you requested 3000 tokens", 1500),
        (500, "the request exceeds the available context size (4096 tokens), try increasing it", 4096),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", 200_000),
        (400, "input length and `max_tokens` exceed context limit: 188000 + 20000 > 200000, decrease it", 200_000),
        (413, "Please reduce the length of the messages or completion.", None),
        (400, "The input (9000 tokens) is longer than the model's context length (8192 tokens).", 8192),
        (400, "Please reduce your prompt. Current length is 131073 while limit is 131072", 131_072),
        (422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 and 512", 4096),
        (400, "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).", 1_048_576),
        (400, "The number of tokens to keep from the initial prompt is greater than the context length.", None),
        (400, "Trying to keep 9000 tokens, but the model is loaded with context length of only 4096 tokens", 4096),
        (400, "Input length 9000 exceeds the maximum allowed length of 8192", 8192),
        (400, "Range of input length should be [1, 30720]", None),
        (400, "Too many tokens: total tokens 9000 > 8192", 8192),
    ],
)
async def test_too_long_a_conversation_is_told_apart(lane, status, message, window):
    error = await failed(lane, *whole(status, json.dumps({"error": {"message": message}}).encode()))
    assert isinstance(error, ContextTooLong) and not error.retryable
    assert error.extra["window_tokens"] == window


PROXIED = "litellm.RateLimitError: RateLimitError: OpenAIException - "
QUOTA = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("told", "headers", "kind", "wait_s"),
    [
        ({"message": PROXIED + QUOTA, "type": "throttling_error", "code": "429"}, (), ModelRefused, None),
        ({"message": "no", "type": "insufficient_quota", "code": None}, (), ModelRefused, None),
        ({"message": QUOTA + " Please retry in 34.5s.", "code": 429}, (), ModelRateLimited, 34.5),
        ({"message": QUOTA, "code": 429}, ("Retry-After: 20",), ModelRateLimited, 20),
        ({"message": PROXIED + "busy", "code": "429"}, ("llm_provider-retry-after: 7",), ModelRateLimited, 7),
        ({"message": "busy"}, ("Retry-After: 3", "llm_provider-retry-after: 7"), ModelRateLimited, 3),
    ],
)
async def test_an_empty_account_and_a_busy_minute_are_told_apart_behind_a_proxy(lane, told, headers, kind, wait_s):
    error = await failed(lane, *whole(429, json.dumps({"error": told}).encode(), *headers))
    assert (type(error), error.retry_after_s) == (kind, wait_s)


async def test_words_of_lists_and_fields(lane):
    body = [{"error": {"code": 400, "message": "mime type is unsupported", "status": "INVALID_ARGUMENT"}}]
    assert "mime type is unsupported" in (await failed(lane, *whole(400, json.dumps(body).encode()))).detail
    body = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
    assert "body.stream_options: Extra inputs" in (await failed(lane, *whole(422, json.dumps(body).encode()))).detail


async def test_keys_are_masked(lane):
    message = "Incorrect API key provided: sk-abcdefgh12345678, Bearer abcdefgh12345678."
    for packets in (
        whole(401, json.dumps({"error": {"message": message}}).encode()),
        chunked(event({"error": {"message": message}})),
    ):
        error = await failed(lane, *packets)
        assert "abcdefgh12345678" not in f"{error.detail}{error}{error.args}" and "Incorrect API key" in error.detail


async def test_half_a_call_then_nothing(lane):
    error = await failed(lane, *chunked(stream(fragment('{"a', id="a", name="calculator"), done=False)))
    assert type(error) is ModelUnavailable
