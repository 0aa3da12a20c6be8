"""What only our own client decides: connections, odd endpoints, bytes."""

import asyncio
import json

import pytest

from dynagent.core.language_models import (
    ModelRateLimited,
    ModelRefused,
    ModelRequest,
    ModelTimeout,
    ModelUnavailable,
)
from dynagent.core.shared.calls import ToolCall
from dynagent.infrastructure.llm.completions.gathering import ReplyGatherer, read_call_arguments
from dynagent.infrastructure.llm.completions.request import write_arguments, write_request
from dynagent.infrastructure.llm.completions.sse import SseReader
from dynagent.infrastructure.llm.errors import retry_after
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel
from tests.fakes.language_models import user
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.lanes import ask, wire

HELLO = ModelRequest(messages=(user("hello"),), timeout_s=5, idle_timeout_s=2)
SAY = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


async def test_a_connection_is_used_again():
    async with ByteServer(chunked(SAY)) as server, wire(server.url) as model:
        for _ in range(3):
            assert (await ask(model, HELLO)).streamed == "hi"
        assert (server.connections, len(server.requests)) == (1, 3)


async def test_calls_at_the_same_time_have_connections_of_their_own():
    async with ByteServer(chunked(SAY)) as server, wire(server.url) as model:
        told = await asyncio.gather(*(ask(model, HELLO) for _ in range(5)))
        assert [t.streamed for t in told] == ["hi"] * 5
        assert server.connections == 5


async def test_cancelling_closes_the_connection():
    async with ByteServer(chunked(b": wait\n\n", end=False)) as server, wire(server.url) as model:
        task = asyncio.create_task(ask(model, HELLO))
        while not server.requests:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("session", "error"),
    [
        ([None], ModelUnavailable),
        ([b"HTTP/1.1 200 OK\r\nContent-"], ModelTimeout),
        ([b"SSH-2.0-OpenSSH\r\n"], ModelUnavailable),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", None], ModelUnavailable),
        (whole(200, b"[1]"), ModelUnavailable),
        (whole(200, b'{"choices": ["odd"]}'), ModelUnavailable),
        (whole(307, b"", "Location: http://elsewhere/"), ModelRefused),
        (chunked(b'data: {"choices":[{"delta":{"content":["odd"]}}]}\n\n'), ModelUnavailable),
        (chunked(b"data: " + b"[" * 100_000 + b"\n\n"), ModelUnavailable),
    ],
)
async def test_endpoints_that_do_not_speak_the_protocol(session, error):
    async with ByteServer(session) as server, wire(server.url) as model:
        request = HELLO.model_copy(update={"idle_timeout_s": 0.2})
        assert (await ask(model, request)).error is error


async def test_an_endpoint_that_does_not_stream_is_understood():
    message = {
        "role": "assistant",
        "content": "hi",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}],
    }
    body = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    async with ByteServer(whole(200, json.dumps(body).encode())) as server, wire(server.url) as model:
        told = await ask(model, HELLO)
    assert told.reply is not None
    assert (told.reply.content, told.reply.tool_calls[0].arguments) == ("hi", {"x": 1})


async def test_a_response_without_length_ends_with_its_connection():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    async with ByteServer([head, SAY, None]) as server, wire(server.url) as model:
        assert (await ask(model, HELLO)).streamed == "hi"


async def test_interim_responses_are_skipped():
    session = [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", *chunked(SAY)]
    async with ByteServer(session) as server, wire(server.url) as model:
        assert (await ask(model, HELLO)).streamed == "hi"


async def test_rate_limits_in_milliseconds_and_details_are_told():
    body = json.dumps({"error": {"message": "slow down"}}).encode()
    async with ByteServer(whole(429, body, "Retry-After-Ms: 1500")) as server, wire(server.url) as model:
        with pytest.raises(ModelRateLimited, match="slow down") as caught:
            await model.reply(HELLO, lambda _: None)
        assert caught.value.retry_after_s == 1.5
    refusal = json.dumps({"error": {"message": "Unsupported value", "param": "temperature"}}).encode()
    async with ByteServer(whole(400, refusal)) as server, wire(server.url) as model:
        with pytest.raises(ModelRefused) as refused:
            await model.reply(HELLO, lambda _: None)
        assert refused.value.extra["param"] == "temperature"


async def test_what_a_consumer_raises_ends_the_call():
    def refuse(_: str) -> None:
        raise RuntimeError("not mine")

    async with ByteServer(chunked(SAY)) as server, wire(server.url) as model:
        with pytest.raises(RuntimeError, match="not mine"):
            await model.reply(HELLO, refuse)


@pytest.mark.parametrize("url", ["ftp://x/v1", "nonsense", "http:///v1"])
def test_a_base_url_must_be_one(url):
    with pytest.raises(ModelRefused):
        HttpPool(url, {})


def test_a_key_cannot_smuggle_headers():
    with pytest.raises(ModelRefused):
        HttpPool("http://127.0.0.1/v1", {"Authorization": "Bearer x\r\nEvil: 1"})


async def test_plain_text_to_a_tls_port_and_back():
    async with ByteServer(chunked(SAY)) as server:
        pool = HttpPool(server.url.replace("http:", "https:"), {})
        told = await ask(OpenAIWireModel("m", pool), HELLO.model_copy(update={"timeout_s": 1.0}))
    assert told.error in (ModelUnavailable, ModelTimeout)


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7.0), ("0.5", 0.5), ("", None), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)]
)
def test_retry_after(text, seconds):
    assert retry_after({"retry-after": text}) == seconds


@pytest.mark.parametrize(
    ("raw", "arguments"),
    [
        ("", {}),
        ('{"a": 1}', {"a": 1}),
        ('{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        ('{"a": "\\ud800"}', {"a": "\ufffd"}),
        ("[1]", None),
        ('{"a": NaN}', None),
        ('{"a": ', None),
        ("[" * 100_000, None),
        ('{"a": ' + "9" * 5000 + "}", None),
    ],
)
def test_arguments_are_read_or_refused(raw, arguments):
    assert read_call_arguments(raw) == arguments


def test_arguments_are_written_as_they_were():
    assert write_arguments(ToolCall(id="a", name="f", arguments=None, raw='{"a": ')) == "{}"
    assert write_arguments(ToolCall(id="a", name="f", arguments={"ü": 2**70})) == '{"ü":1180591620717411303424}'
    body = json.loads(write_request("m", ModelRequest(messages=(user("lone \ud800"),), max_tokens=5)))
    assert body["max_completion_tokens"] == 5


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_whatever_the_split_and_line_end(end, size):
    lines = [
        b"\xef\xbb\xbf: hi",
        b"event: x",
        b"data: one",
        b"data:two",
        b"",
        b"",
        b"data: \xc3\xbc",
        b"",
        b"data: last",
    ]
    text = end.join(lines)
    reader = SseReader()
    events = [event for i in range(0, len(text), size) for event in reader.feed(text[i : i + size])]
    assert [*events, *reader.finish()] == [b"one\ntwo", b"\xc3\xbc", b"last"]


def test_badly_numbered_calls_are_told_apart():
    gatherer = ReplyGatherer(lambda _: None)
    gatherer.add_call(0, id="a", name="f", fragment='{"x": 1}')
    gatherer.add_call(0, id="b", name="g", fragment="{}")
    gatherer.add_call(None, id="c", name="h", fragment='{"y"')
    gatherer.add_call(None, id=None, name=None, fragment=": 2}")
    gatherer.finish_reason = "tool_calls"
    calls = gatherer.reply(HELLO, "m").tool_calls
    assert [(c.id, c.name, c.arguments) for c in calls] == [("a", "f", {"x": 1}), ("b", "g", {}), ("c", "h", {"y": 2})]


def test_half_a_character_at_the_end_is_replaced():
    pieces: list[str] = []
    gatherer = ReplyGatherer(pieces.append)
    gatherer.add_text("a\ud83c")
    gatherer.finish_reason = "stop"
    assert gatherer.reply(HELLO, "m").content == "".join(pieces) == "a\ufffd"
