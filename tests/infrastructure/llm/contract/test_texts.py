"""Text, thoughts, usage and ends, in the forms they come in."""

import gzip
import json

import pytest

from dynagent.core.language_models import ModelReply, ModelUnavailable
from tests.infrastructure.llm.byte_server import chunked, whole
from tests.infrastructure.llm.contract.sessions import (
    DONE,
    ask,
    beside,
    choice,
    delta,
    event,
    failed,
    fragment,
    replied,
    stream,
)
from tests.infrastructure.llm.lanes import LANES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.parametrize("lane", LANES)]
END = delta("stop")
FINE = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "fine"}}]}


@pytest.mark.parametrize(
    "content",
    [
        ["fine"],
        [None, "fine"],
        [[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}], [{"type": "text", "text": "fine"}]],
        [[{"type": "text", "text": "fi"}, {"type": "image", "url": "x"}, {"type": "output_text", "text": "ne"}]],
        [{"type": "text", "text": "fine"}],
        [["fi", "ne"]],
    ],
)
async def test_content_in_its_forms(lane, content):
    assert (await replied(lane, *(delta(content=part) for part in content), END)).content == "fine"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_thoughts_in_fields_are_kept_apart(lane, name):
    reply = await replied(
        lane, delta(content=None, **{name: "I add "}), delta(**{name: "them."}), delta(content="5"), END
    )
    assert (reply.content, beside(reply).fields) == ("5", {name: "I add them."})


@pytest.mark.parametrize(
    ("text", "content", "thoughts"),
    [
        ('<think>Perhaps {"n": 1}?</think>{"n": 5}', '{"n": 5}', 'Perhaps {"n": 1}?'),
        ("<think>\n\n</think>\n\nfine", "fine", ""),
        ("  \n<think>hm</think>fine", "fine", "hm"),
        ("<think>a</think>\n<think>b</think>\nfine", "fine", "ab"),
        ("hm, hm\n</think>\n\nfine", "fine", "hm, hm"),
        ("[THINK]hm[/THINK]fine", "fine", "hm"),
        ('{"n": "<think>x</think>"}', '{"n": "<think>x</think>"}', ""),
        ('{"html": "a</think>b"}', '{"html": "a</think>b"}', ""),
        ("The tag `</think>` ends it.", "The tag `</think>` ends it.", ""),
        ("<b>bold</b>", "<b>bold</b>", ""),
        ("<", "<", ""),
        ("fine", "fine", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_thoughts_in_the_text(lane, text, content, thoughts, size):
    pieces = [delta(content=text[i : i + size]) for i in range(0, len(text), size)]
    reply, streamed = await ask(lane, *chunked(stream(*pieces, END)))
    assert isinstance(reply, ModelReply) and reply.content == content
    assert (reply.aside.thoughts if reply.aside else "") == thoughts
    if not text.startswith("hm"):
        assert streamed == content


async def test_thoughts_to_the_very_end_are_no_answer(lane):
    reply = await replied(lane, delta(content="<think>on and on"), delta("length"))
    assert (reply.content, reply.finish_reason, beside(reply).thoughts) == ("", "length", "on and on")


@pytest.mark.parametrize("told", ["length", "content_filter", "stop", "eos"])
async def test_ends_are_told_apart(lane, told):
    assert (await replied(lane, delta(content="a"), delta(told))).finish_reason == told


@pytest.mark.parametrize("told", ["error", "abort", "network_error"])
async def test_ends_that_are_failures(lane, told):
    error = await failed(lane, *chunked(stream(delta(content="a"), delta(told))))
    assert isinstance(error, ModelUnavailable) and told in error.detail


async def test_an_end_with_the_endpoints_own_words(lane):
    broken = {"choices": [{**choice("error"), "error": {"message": "provider fell over", "code": 502}}]}
    assert "provider fell over" in (await failed(lane, *chunked(stream(delta(content="a"), broken)))).detail


@pytest.mark.parametrize(
    ("usages", "told"),
    [
        ([{"prompt_tokens": 7, "completion_tokens": 2}], (7, 2, False)),
        ([{"prompt_tokens": 7, "completion_tokens": 1}, {"prompt_tokens": 7, "completion_tokens": 2}], (7, 2, False)),
        ([{"prompt_tokens": 7, "completion_tokens": 2}, {"prompt_tokens": 0, "completion_tokens": 0}], (7, 2, False)),
        ([{"prompt_tokens": -1, "completion_tokens": -1}], (2, 1, True)),
        ([{"prompt_tokens": 7, "completion_tokens": None}], (7, 0, False)),
        ([{"prompt_tokens": "many", "completion_tokens": 2.0}], (0, 2, False)),
        (["none"], (2, 1, True)),
        ([], (2, 1, True)),
    ],
)
async def test_usage_in_its_forms(lane, usages, told):
    chunks = [{"model": "m", "choices": [], "usage": usage} for usage in usages]
    usage = (await replied(lane, delta(content="abc"), END, *chunks)).usage
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == told


@pytest.mark.parametrize(
    "raw",
    [
        b"data:\n\ndata: \n\n" + stream(delta(content="fine"), END),
        b": ping\n\nretry: 10\n\n" + stream(delta(content="fine"), b": ping\n\n", END),
        stream(delta(content="fine"), END).replace(b"\n", b"\r\n"),
        stream(delta(content="fine"), {"type": "ping"}, {"choices": None}, {"choices": []}, END),
        stream(delta(content="fine"), END) + b": heartbeat\n\n" * 5 + event(delta(content="late")),
        stream(delta("stop", content="fine"), done=False),
        stream(
            delta(content="fine"), {"choices": [{"index": 0, "message": {"content": "fine"}, "finish_reason": "stop"}]}
        ),
        stream(delta(content="fine"), {"choices": [{"index": 1, "delta": {"content": "other"}}]}, END),
        b"\xef\xbb\xbf\n\n" + stream(delta(content="fine"), END),
    ],
)
@pytest.mark.parametrize("size", [1, 100_000])
async def test_odd_streams(lane, raw, size):
    reply, streamed = await ask(lane, *chunked(*(raw[i : i + size] for i in range(0, len(raw), size))))
    assert isinstance(reply, ModelReply), reply
    assert (reply.content, streamed) == ("fine", "fine")


@pytest.mark.parametrize("beats", [[], [b": beat\n\n"] * 400])
@pytest.mark.parametrize(
    "end", [DONE, event({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}) + DONE]
)
async def test_a_connection_that_stays_open_after_the_end(lane, beats, end):
    packets = chunked(stream(delta(content="fine"), END, done=False) + end, *beats, end=False)
    reply, _ = await ask(lane, *packets, *[b""] * 5)
    assert isinstance(reply, ModelReply), reply
    assert reply.content == "fine"


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "text/plain", "text/event-stream"]
)
@pytest.mark.parametrize("packed", [False, True])
async def test_one_body_in_place_of_a_stream(lane, kind, packed):
    body = json.dumps(FINE).encode()
    headers = [f"Content-Type: {kind}"]
    if packed:
        body, headers = gzip.compress(body), [*headers, "Content-Encoding: gzip"]
    head = "".join(f"{header}\r\n" for header in headers)
    packet = f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    reply, streamed = await ask(lane, packet)
    assert isinstance(reply, ModelReply), reply
    assert (reply.content, streamed, reply.finish_reason) == ("fine", "fine", "stop")


async def test_a_stream_that_is_called_json(lane):
    body = stream(delta(content="fine"), END)
    reply, _ = await ask(lane, *whole(200, body))
    assert isinstance(reply, ModelReply) and reply.content == "fine"


async def test_what_a_provider_wants_back_is_kept(lane):
    signature = {"google": {"thought_signature": "c2ln"}}
    first = fragment("{}", id="a", name="calculator", extra_content=signature)
    details = [{"type": "reasoning.text", "text": "I ", "index": 0}]
    more = [{"type": "reasoning.text", "text": "add.", "index": 0, "signature": "s"}]
    reply = await replied(lane, delta(reasoning_details=details), delta(reasoning_details=more), first, END)
    assert beside(reply).calls == ({"extra_content": signature},)
    merged = {"type": "reasoning.text", "text": "I add.", "index": 0, "signature": "s"}
    assert beside(reply).fields == {"reasoning_details": [merged]}
