"""Big replies and many pieces: the event loop goes on beside them, and what is too big is refused."""

import asyncio
import json
import threading
import time

import pytest

from dynagent.core.language_models import ModelRefused, ModelReply
from dynagent.infrastructure.llm.completions.response import ResponseReader
from tests.infrastructure.llm.byte_server import ByteServer, chunked
from tests.infrastructure.llm.contract.sessions import ASK, ask, beside, delta, failed, fragment, replied, stream
from tests.infrastructure.llm.lanes import LANES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.parametrize("lane", LANES)]
END = delta("tool_calls")
MB = 1024 * 1024


def pieces(text: str, count: int):
    size = -(-len(text) // count)
    return [fragment(text[i : i + size]) for i in range(0, len(text), size)]


@pytest.mark.parametrize(("size", "count"), [(60_000, 2), (200_000, 10), (2 * MB, 8), (2 * MB, 10_000)])
async def test_long_arguments_cost_what_their_bytes_cost(lane, size, count):
    """Parsing anew with each piece would take minutes of processor time; reading once takes far less than a second."""
    text = json.dumps({"text": 'a "quoted" {word} \\ ' * (size // 20)})
    chunks = [fragment("", id="a", name="calculator"), *pieces(text, count), END]
    body = stream(*chunks)
    began = time.process_time()
    reply, _ = await ask(lane, *chunked(*(body[i : i + 65_536] for i in range(0, len(body), 65_536))))
    used_s = time.process_time() - began
    assert isinstance(reply, ModelReply), reply
    assert reply.tool_calls[0].arguments == json.loads(text)
    assert used_s < 10, "the cost grows with the square of the length"


async def test_an_event_above_the_bound_is_refused_before_it_is_there(lane):
    begin = b'data: {"choices":[{"index":0,"delta":{"content":"'
    error = await failed(lane, *chunked(begin, *[b"x" * 65_536] * 40, end=False))
    assert isinstance(error, ModelRefused) and "MODEL_EVENT_MAX_BYTES" in error.detail


async def test_an_event_of_many_lines_is_bounded_too(lane):
    error = await failed(lane, *chunked(*[b"data: " + b"x" * 1000 + b"\n"] * 2000, b"\n"))
    assert isinstance(error, ModelRefused) and "MODEL_EVENT_MAX_BYTES" in error.detail


async def test_a_reply_above_the_bound_is_refused(lane):
    half = delta(content="x" * (MB // 2))
    error = await failed(lane, *chunked(*[stream(half, done=False)] * 20))
    assert isinstance(error, ModelRefused) and "MODEL_REPLY_MAX_BYTES" in error.detail


async def test_thoughts_without_end_are_read_once(lane):
    reply = await replied(lane, delta(content="<think>"), *[delta(content="hm ")] * 20_000, delta("length"))
    assert reply.content == "" and len(beside(reply).thoughts) > 50_000


async def test_ten_thousand_fragments_with_an_id_each(lane):
    text = json.dumps({"text": "}" * 9_000})
    chunks = [fragment(piece, id=f"x{number}") for number, piece in enumerate(text)]
    reply = await replied(lane, fragment("", id="a", name="calculator"), *chunks, END)
    assert reply.tool_calls[0].arguments == json.loads(text)


async def test_the_loop_goes_on_beside_a_big_reply(lane):
    beats = 0

    async def beat():
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(beat())
    body = stream(*pieces("x" * MB, 100), END)
    await ask(lane, *chunked(*(body[i : i + 16_384] for i in range(0, len(body), 16_384))))
    task.cancel()
    assert beats > 64


@pytest.mark.parametrize(("size", "apart"), [(MB, True), (1000, False)])
async def test_a_big_reply_is_put_together_beside_the_loop(lane, size, apart, monkeypatch):
    """Parsing it takes tens of milliseconds, in which others would wait."""
    beside: list[bool] = []
    read = ResponseReader.reply

    def reading(self: ResponseReader, *given: str) -> ModelReply:
        beside.append(threading.current_thread() is not threading.main_thread())
        return read(self, *given)

    monkeypatch.setattr(ResponseReader, "reply", reading)
    body = stream(*pieces("x" * size, 4), END)
    async with ByteServer(chunked(body)) as server, LANES[lane](server.url) as model:
        reply = await model.reply(ASK, lambda _: None)
        assert reply.tool_calls and beside == [apart]


async def test_text_is_handed_on_in_the_loops_thread_only(lane):
    """The end of a big text is held back until the stream has ended: it might be half a tag."""
    threads: set[threading.Thread] = set()
    body = stream(
        delta(content="<think>"), *[delta(content="x" * 1000)] * 400, delta("stop", content="</think>ok \ud83d")
    )
    async with ByteServer(chunked(body)) as server, LANES[lane](server.url) as model:
        await model.reply(ASK, lambda _: threads.add(threading.current_thread()))
    assert threads == {threading.main_thread()}
