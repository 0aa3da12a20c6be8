"""Relatives of the manners that were reported: what stands near a known one is met just as often."""

import json

import pytest

from dynagent.core.language_models import ModelError, ModelRateLimited, ModelReply, ModelUnavailable
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
SUM, PRODUCT = '{"expression": "2+3"}', '{"expression": "40+4"}'
ONE = [("calculator", {"expression": "2+3"})]
BOTH = [*ONE, ("calculator", {"expression": "40+4"})]
END = delta("stop")


def whole_call(**fields):
    return delta(tool_calls=[{"index": 0, "id": "a", **fields}])


@pytest.mark.parametrize(
    ("chunks", "made"),
    [
        ([fragment({}, id="a", name="calculator"), fragment(SUM)], ONE),
        ([fragment("{}", id="a", name="calculator"), fragment(SUM)], ONE),
        ([fragment(SUM, id="a", name="calculator"), fragment(SUM, id="a")], ONE),
        ([fragment(SUM[:n], id="a", name="calculator") for n in (6, 15, len(SUM))], ONE),
        ([fragment("null", id="a", name="now")], [("now", {})]),
        ([fragment("", id="a", name="now"), fragment("", id="b", name="now")], [("now", {})] * 2),
        (
            [fragment("", id="a", name="now"), fragment("", id="b", name="calculator"), fragment(SUM)],
            [("now", {}), *ONE],
        ),
        ([fragment("", name="calculator"), fragment(SUM), fragment("", name="calculator"), fragment(PRODUCT)], BOTH),
        ([fragment("", id="x", name="calculator"), fragment(SUM)] * 2, ONE * 2),
        ([fragment(SUM, name="calculator"), fragment("", name="calculator")], ONE),
        ([fragment(id="a"), fragment(name="calculator"), fragment(SUM)], ONE),
        ([delta(tool_calls={"0": {"id": "a", "function": {"name": "calculator", "arguments": SUM}}})], ONE),
        ([whole_call(function={"name": "calculator", "parameters": {"expression": "2+3"}})], ONE),
        ([whole_call(name="calculator", input={"expression": "2+3"})], ONE),
        ([fragment(f"```json\n{SUM}\n```", id="a", name="calculator")], ONE),
        ([fragment(SUM, index=i, id=f"{i}", name="calculator") for i in (3, 4)], ONE * 2),
        ([fragment(SUM, index=-1, id=i, name="calculator") for i in ("a", "b")], ONE * 2),
    ],
)
async def test_calls(lane, chunks, made):
    reply = await replied(lane, *chunks, delta("tool_calls"))
    assert [(call.name, call.arguments) for call in reply.tool_calls] == made


@pytest.mark.parametrize(
    ("chunks", "thoughts"),
    [
        (
            [
                delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
                delta(content="fine"),
            ],
            "hm",
        ),
        ([delta(content=[{"type": "reasoning", "text": "hm"}, {"type": "text", "text": "fine"}])], "hm"),
        ([delta(content="<thought>hm</thought>fine")], "hm"),
        ([delta(content="<Think>hm</Think>fine")], "hm"),
        (
            [delta(content="<seed:"), delta(content="think>h"), delta(content="m</seed:think>"), delta(content="fine")],
            "hm",
        ),
        ([delta(content='<think>{"n": 1} </thinking> </think>fine')], '{"n": 1} </thinking>'),
    ],
)
async def test_thoughts(lane, chunks, thoughts):
    reply = await replied(lane, *chunks, END)
    assert (reply.content, beside(reply).thoughts) == ("fine", thoughts)


async def test_a_word_that_begins_like_a_tag_is_an_answer(lane):
    assert (await replied(lane, delta(content="<thoughtful>"), END)).content == "<thoughtful>"


FINE = b'data: {"choices":[{"index":0,"delta":{"content":"fine"}}]}\n'


@pytest.mark.parametrize(
    "raw",
    [
        FINE + b"\ndata: [done]\n\n",
        FINE + b'\ndata: "[DONE]"\n\n',
        FINE + b"data: [DONE]\n",
        FINE + b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\ndata: [DONE]\n',
        b" " + FINE + b"\n data: [DONE]\n\n",
        b"data: " + FINE + b"\ndata: data:\n\ndata: data: [DONE]\n\n",
        stream({"choices": [{"index": "0", "delta": {"content": "fine"}, "finish_reason": None}]}, END),
        stream({"choices": [{"index": 0, "delta": None}]}, delta(content={"type": "text", "text": "fine"}), END),
        stream(delta(content="fine"), {"error": None, "choices": [choice("stop")]}),
        stream(delta(content="fine"), delta("STOP")),
    ],
)
@pytest.mark.parametrize("size", [1, 100_000])
async def test_streams(lane, raw, size):
    reply, streamed = await ask(lane, *chunked(*(raw[i : i + size] for i in range(0, len(raw), size))))
    assert not isinstance(reply, ModelError), reply
    assert (reply.content, streamed, reply.finish_reason) == ("fine", "fine", "stop")


@pytest.mark.parametrize(
    "finish",
    [
        *("network-error", "ERROR", "timeout", "server_error", "insufficient_system_resource"),
        "function_call_filter: MALFORMED_FUNCTION_CALL",
    ],
)
async def test_ends_that_are_failures(lane, finish):
    error = await failed(lane, *chunked(stream(delta(content="a"), delta(finish))))
    assert isinstance(error, ModelUnavailable) and finish in error.detail


@pytest.mark.parametrize(
    ("finish", "told"), [("MAX_TOKENS", "length"), ("content-filter", "content_filter"), ("TOOL_CALLS", "tool_calls")]
)
async def test_ends_in_other_words(lane, finish, told):
    assert (await replied(lane, delta(content="a"), delta(finish))).finish_reason == told


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"error": True, "message": "boom"}, ModelUnavailable),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "boom"}}, ModelUnavailable),
        ({"status": "error", "message": "boom"}, ModelUnavailable),
        ({"choices": [choice("stop", content="half")], "error": {"message": "boom"}}, ModelUnavailable),
        ({"error": {"message": "boom", "code": "rate_limit_exceeded"}}, ModelRateLimited),
        (delta("stop", content="", error={"message": "boom"}), ModelUnavailable),
        ({"fault": {"faultstring": "boom"}}, ModelUnavailable),
        ({"exception": "boom"}, ModelUnavailable),
    ],
)
async def test_errors(lane, told, kind):
    error = await failed(lane, *chunked(event(told), DONE))
    assert type(error) is kind and "boom" in error.detail


async def test_usage_beside_the_choices_of_one_provider(lane):
    last = {"choices": [choice("stop")], "x_groq": {"usage": {"prompt_tokens": 3, "completion_tokens": 2}}}
    usage = (await replied(lane, delta(content="fine"), last)).usage
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (3, 2, False)


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [None]},
        delta(content=[{"type": "text", "text": None}, None]),
        {"fault": "before the answer is no end of it"},
        b"data: keep-alive\n\n",
    ],
)
async def test_what_says_nothing_is_passed_over(lane, chunk):
    assert (await replied(lane, chunk, delta(content="fine"), END)).content == "fine"


async def test_a_list_of_chunks_in_place_of_a_stream(lane):
    body = json.dumps([delta(content="fi"), delta("stop", content="ne")]).encode()
    reply, _ = await ask(lane, *whole(200, body))
    assert isinstance(reply, ModelReply) and reply.content == "fine"


async def test_a_name_with_blanks_around_it(lane):
    reply = await replied(lane, fragment(SUM, id="a", name=" calculator\n"), END)
    assert [(call.name, call.arguments) for call in reply.tool_calls] == ONE


@pytest.mark.parametrize("count", [10**30, 1e300, True, "many", -1, [5]])
async def test_counts_of_tokens_that_cannot_be(lane, count):
    """No column could hold them, and the answer must not be lost for them."""
    usage = {"prompt_tokens": count, "completion_tokens": 3, "completion_tokens_details": [count]}
    reply = await replied(lane, delta(content="fine"), {**delta("stop"), "usage": usage})
    assert (reply.content, reply.usage.input_tokens, reply.usage.output_tokens) == ("fine", 0, 3)
