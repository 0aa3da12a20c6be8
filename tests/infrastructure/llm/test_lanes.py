"""The contract of ChatModel: the same sessions through both lanes give the same results."""

import json
from typing import Any

import pytest
from benchmarks.scripted_model import ScriptedModel

from dynagent.core.language_models import (
    ChatMessage,
    ModelRateLimited,
    ModelRefused,
    ModelRequest,
    ModelTimeout,
    ModelUnavailable,
    ToolSpec,
)
from dynagent.core.shared.calls import ToolCall
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.lanes import LANES, Told, ask, responses

pytestmark = pytest.mark.asyncio(loop_scope="module")  # langchain-openai shares its connections between clients

CALCULATOR = ToolSpec(
    name="calculator",
    description="Computes.",
    parameters={"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
)
SEARCH = ToolSpec(
    name="search",
    description="Searches.",
    parameters={
        "type": "object",
        "properties": {"query": {"type": "string"}, "limit": {"type": "integer", "minimum": 3}},
        "required": ["query", "limit"],
    },
)


@pytest.fixture(scope="module")
def scripted():
    with ScriptedModel() as server:
        yield server


def question(text: str, **more) -> ModelRequest:
    return ModelRequest(messages=(ChatMessage(role="user", content=text),), tools=(CALCULATOR, SEARCH), **more)


async def both(url: str, request: ModelRequest, *, twice: str = "") -> Told:
    """Ask through both lanes, demand equality, return what they told; `twice` keeps counting markers apart."""
    told: list[Told] = []
    for name, lane in LANES.items():
        messages = (*request.messages[:-1], request.messages[-1].model_copy())
        if twice:
            text = f"{request.messages[-1].content} {twice}-{name}"
            messages = (*messages[:-1], ChatMessage(role="user", content=text))
        async with lane(url) as model:
            told.append(await ask(model, request.model_copy(update={"messages": messages})))
    assert told[0] == told[1]
    return told[0]


async def test_text_streams_and_usage_is_told(scripted):
    told = await both(scripted.url, question("[[tokens=60]]"))
    assert told.reply is not None
    assert told.reply.content.split()[:2] == ["alpha", "beta"]
    assert told.reply.finish_reason == "stop"
    assert told.reply.model == "scripted"
    assert (told.reply.usage.output_tokens, told.reply.usage.estimated) == (60, False)
    assert told.reply.usage.cached_input_tokens > 0


async def test_parallel_tool_calls(scripted):
    told = await both(scripted.url, question("[[parallel=3]]"))
    assert told.reply is not None
    assert [call.name for call in told.reply.tool_calls] == ["calculator", "search", "calculator"]
    assert told.reply.tool_calls[1].arguments == {"query": "beta 2", "limit": 3}
    assert told.reply.finish_reason == "tool_calls"


async def test_a_whole_conversation_with_tools_goes_through(scripted):
    call = ToolCall(id="call_0_0", name="calculator", arguments={"expression": "6*7"})
    odd = ToolCall(id="call_0_1", name="search", arguments=None, raw='{"query": ')
    request = ModelRequest(
        messages=(
            ChatMessage(role="system", content="Be brief."),
            ChatMessage(role="user", content="[[tools=2]]"),
            ChatMessage(role="assistant", content="Let me see.", tool_calls=(call, odd)),
            ChatMessage(role="tool", content="42", tool_call_id="call_0_0"),
            ChatMessage(role="tool", content="Error", tool_call_id="call_0_1"),
        ),
        tools=(CALCULATOR, SEARCH),
        temperature=0.2,
    )
    told = await both(scripted.url, request)
    assert told.reply is not None and told.reply.tool_calls[0].name == "search"
    sent = list(scripted.requests)[-2:]
    assert sent[0]["messages"][2]["tool_calls"][0]["function"] == {
        "name": "calculator",
        "arguments": '{"expression":"6*7"}',
    }
    assert [m["role"] for m in sent[0]["messages"]] == [m["role"] for m in sent[1]["messages"]]
    assert sent[0]["tools"] == sent[1]["tools"]
    assert sent[0]["temperature"] == sent[1]["temperature"] == 0.2
    calls = [[call["id"] for call in body["messages"][2]["tool_calls"]] for body in sent]
    assert calls[0] == calls[1] == ["call_0_0", "call_0_1"]


async def test_tool_choice_none_is_sent(scripted):
    told = await both(scripted.url, question("[[tools=1]] [[say=no tools]]", tool_choice="none"))
    assert told.reply is not None and told.reply.content == "no tools"


@pytest.mark.parametrize(
    ("marker", "error", "wait"),
    [
        ("[[fail=429:1:7]]", ModelRateLimited, 7.0),
        ("[[fail=500:1]]", ModelUnavailable, None),
        ("[[fail=503:1]]", ModelUnavailable, None),
        ("[[fail=401:1]]", ModelRefused, None),
        ("[[fail=400:1]]", ModelRefused, None),
        ("[[cut=1]]", ModelUnavailable, None),
    ],
)
async def test_failures_have_types(scripted, marker, error, wait):
    told = await both(scripted.url, question(f"{marker} a longer text to cut"), twice=marker)
    assert (told.error, told.retry_after_s) == (error, wait)


async def test_silence_is_a_timeout(scripted):
    told = await both(scripted.url, question("[[silence]] [[tokens=9]]", idle_timeout_s=0.2))
    assert told.error is ModelTimeout
    told = await both(scripted.url, question("[[latency=5]]", idle_timeout_s=0.2))
    assert told.error is ModelTimeout
    slow = question("[[tokens=100]] [[token_delay=0.02]]", timeout_s=0.3)
    for lane in LANES.values():
        async with lane(scripted.url) as model:
            told = await ask(model, slow)
            assert told.error is ModelTimeout and told.streamed.startswith("alpha")


async def test_unreadable_arguments_stay_raw(scripted):
    told = await both(scripted.url, question("[[badjson]]"))
    assert told.reply is not None
    assert told.reply.tool_calls[0].arguments is None
    assert told.reply.tool_calls[0].raw == '{"expression": "6*'


@pytest.mark.parametrize(("marker", "text"), [("[[nul]]", " a\ufffdb"), ("[[surrogate]]", " c\ufffdd")])
async def test_text_is_made_storable(scripted, marker, text):
    told = await both(scripted.url, question(marker))
    assert told.streamed.endswith(text)


async def test_long_and_crlf_and_no_usage(scripted):
    told = await both(scripted.url, question("[[long=200000]]"))
    assert told.streamed == "x" * 200_000
    told = await both(scripted.url, question("[[crlf]] [[tokens=5]]"))
    assert told.streamed == "alpha beta gamma delta epsilon "
    told = await both(scripted.url, question("[[nousage]]"))
    assert told.reply is not None and told.reply.usage.estimated and told.reply.usage.input_tokens == 3


async def test_nobody_listens():
    told = await both("http://127.0.0.1:9/v1", question("anybody?"))
    assert told.error is ModelUnavailable


async def test_responses_lane_gives_the_same_text_and_calls(scripted):
    async with LANES["wire"](scripted.url) as one, responses(scripted.url) as other:
        for text in ("[[tokens=20]]", "[[parallel=2]]", "[[badjson]]", "plain"):
            first, second = await ask(one, question(text)), await ask(other, question(text))
            assert first.reply is not None and second.reply is not None
            assert first.reply.content == second.reply.content
            assert [(c.name, c.arguments, c.raw) for c in first.reply.tool_calls] == [
                (c.name, c.arguments, c.raw) for c in second.reply.tool_calls
            ]
            assert second.reply.usage.output_tokens == first.reply.usage.output_tokens
            assert second.reply.finish_reason in ("stop", "tool_calls")


def event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def delta(finish: str | None = None, **fields) -> dict[str, Any]:
    return {"id": "c", "model": "m-1", "choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


DONE = b"data: [DONE]\n\n"
SAY = b"".join(
    (event(delta(role="assistant", content="")), event(delta(content="Grüße 🌍")), event(delta("stop")), DONE)
)
RAW_UTF8 = SAY.replace(b"Gr\\u00fc\\u00dfe \\ud83c\\udf0d", "Grüße 🌍".encode())
CALL_START = {"index": 0, "id": "a", "type": "function", "function": {"name": "calculator", "arguments": ""}}


async def test_any_split_of_the_bytes_gives_the_same():
    assert RAW_UTF8 != SAY
    singles = chunked(*(RAW_UTF8[i : i + 1] for i in range(len(RAW_UTF8))))
    async with ByteServer(singles) as server:
        told = await both(server.url, question("hello"))
    assert told.reply is not None and (told.streamed, told.reply.model) == ("Grüße 🌍", "m-1")


@pytest.mark.parametrize(
    "pieces",
    [
        (event(delta(content="\ud83c")), event(delta(content="\udf0d")), event(delta("stop")), DONE),
        (b": ping\n\n", event(delta(content="🌍")), b": ping\n\n", event(delta("stop")), DONE),
        (b"event: message\nid: 7\n" + event(delta(content="🌍")), event(delta("stop")), DONE),
        (event(delta(content="🌍")), event(delta("stop")), b"data: [DONE]"),
    ],
)
async def test_odd_but_legal_streams(pieces):
    async with ByteServer(chunked(*pieces)) as server:
        told = await both(server.url, question("hello"))
    assert told.streamed == "🌍"


async def test_a_stream_that_ends_early_but_politely_is_no_answer():
    async with ByteServer(chunked(event(delta(content="half an ans")))) as server:
        told = await both(server.url, question("hello"))
    assert (told.error, told.streamed) == (ModelUnavailable, "half an ans")


async def test_an_error_in_the_stream():
    broken = {"error": {"message": "overloaded", "type": "server_error", "code": None}}
    async with ByteServer(chunked(event(delta(content="well")), event(broken))) as server:
        told = await both(server.url, question("hello"))
    assert told.error is ModelUnavailable


async def test_what_is_no_json_is_unavailable():
    async with ByteServer(chunked(b"data: <html>\n\n")) as server:
        told = await both(server.url, question("hello"))
    assert told.error is ModelUnavailable


async def test_no_money_is_a_refusal_not_a_rate_limit():
    body = json.dumps({"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}).encode()
    async with ByteServer(whole(429, body)) as server:
        told = await both(server.url, question("hello"))
    assert told.error is ModelRefused


async def test_interleaved_call_fragments():
    second = {"index": 1, "id": "b", "type": "function", "function": {"name": "search", "arguments": '{"query"'}}
    pieces = [
        event(delta(role="assistant", content=None)),
        event(delta(tool_calls=[CALL_START, second])),
        event(delta(tool_calls=[{"index": 1, "function": {"arguments": ': "x"}'}}])),
        event(delta(tool_calls=[{"index": 0, "function": {"arguments": '{"expression": "1'}}])),
        event(delta(tool_calls=[{"index": 0, "function": {"arguments": '+1"}'}}])),
        event(delta("tool_calls")),
        DONE,
    ]
    async with ByteServer(chunked(*pieces)) as server:
        told = await both(server.url, question("hello"))
    assert told.reply is not None
    assert [(call.id, call.name, call.arguments) for call in told.reply.tool_calls] == [
        ("a", "calculator", {"expression": "1+1"}),
        ("b", "search", {"query": "x"}),
    ]
