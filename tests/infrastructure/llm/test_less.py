"""Asked again with less: what endpoints refuse is recognised, left out, remembered for a while, in both lanes."""

import json

import pytest

from dynagent.core.language_models import ChatMessage, ContextTooLong, ModelRefused, ModelRequest
from dynagent.core.shared.calls import Aside, ToolCall
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.completions.request import names_length_twice
from dynagent.infrastructure.llm.retries import FORGET_AFTER_S, Persistence, PersistentModel
from tests.fakes.language_models import user
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.contract.sessions import TOOL, delta, stream
from tests.infrastructure.llm.lanes import LANES, responses

pytestmark = pytest.mark.asyncio(loop_scope="module")
FINE = chunked(stream(delta("stop", content="fine")))
FULL = ModelRequest(
    messages=(user("hi"),),
    tools=(TOOL,),
    tool_choice="none",
    temperature=0.2,
    max_tokens=9,
    output_schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False},
)


def refusal(message: str, status: int = 400, **more):
    return whole(status, json.dumps({"error": {"message": message, "param": None, **more}}).encode())


EXTRA = json.dumps({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs"}]})
BOTH = "Function calling with a response mime type: 'application/json' is unsupported"


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("answer", "part", "gone"),
    [
        (refusal("Extra inputs are not permitted, field: 'stream_options'"), "stream_options", ["stream_options"]),
        (whole(422, EXTRA.encode()), "stream_options", ["stream_options"]),
        (refusal("`temperature` is deprecated for this model."), "temperature", ["temperature"]),
        (refusal("Unsupported value", param="temperature"), "temperature", ["temperature"]),
        (refusal("`temperature` may only be set to 1 when thinking is enabled."), "temperature", ["temperature"]),
        (refusal("Unknown field: temperature", 500), "temperature", ["temperature"]),
        (
            refusal("Unrecognized request argument supplied: max_completion_tokens"),
            "max_completion_tokens",
            ["max_completion_tokens"],
        ),
        (whole(400, json.dumps([{"error": {"message": BOTH}}]).encode()), "schema_with_tools", ["response_format"]),
        (refusal("response_format is not supported", param="response_format"), "output_schema", ["response_format"]),
        (refusal("tool_choice 'none' is not supported"), "tool_choice", ["tool_choice", "tools"]),
        (refusal("streaming is not supported by this deployment"), "stream", ["stream", "stream_options"]),
    ],
)
async def test_refused_parts_are_left_out_now_and_later(lane, answer, part, gone):
    async with ByteServer(answer, FINE) as server, LANES[lane](server.url) as inner:
        shared = Persistence(Circuit())
        model = PersistentModel(inner, shared)
        for _ in range(2):
            assert (await model.reply(FULL, lambda _: None)).content == "fine"
        sent = [json.loads(body) for body in server.requests]
    assert shared.left_out == {part} and len(sent) == 3
    assert all(name in sent[0] for name in gone)
    assert not any(name in body for body in sent[1:] for name in gone)
    kept = {"temperature", "tools", "messages"} - set(gone)
    assert all(kept <= body.keys() for body in sent)
    if part == "max_completion_tokens":
        assert sent[1]["max_tokens"] == 9


@pytest.mark.parametrize("lane", LANES)
async def test_the_longest_answer_is_told_in_the_words_that_an_endpoint_knows(lane):
    """Some ignore the field that they do not know, some refuse it, some refuse both at once."""
    sorry = refusal("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.")
    both = refusal("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
    neither = refusal("max_completion_tokens: Extra inputs are not permitted")
    for answers, told in (
        ([FINE], {"max_tokens": 9, "max_completion_tokens": 9}),
        ([sorry, FINE], {"max_completion_tokens": 9}),
        ([both, FINE], {"max_completion_tokens": 9}),
        ([neither, FINE], {"max_tokens": 9}),
        ([neither, sorry, FINE], {}),
    ):
        async with ByteServer(*answers) as server, LANES[lane](server.url) as inner:
            await PersistentModel(inner, Persistence(Circuit())).reply(FULL, lambda _: None)
            sent = json.loads(server.requests[-1])
        assert {name: sent[name] for name in sent if name.startswith("max_")} == told


def test_openai_itself_is_told_in_its_own_words():
    assert not names_length_twice("https://api.openai.com/v1")
    assert not names_length_twice("https://mine.openai.azure.com/openai/v1")
    assert names_length_twice("http://127.0.0.1:8000/v1") and names_length_twice("https://openai.com.example/v1")


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    "answer",
    [
        refusal("System role not supported", 500),
        refusal(
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.", param="messages[0].role"
        ),
        refusal("Developer instruction is not enabled for models/gemma-3"),
    ],
)
async def test_the_systems_words_go_into_the_question_where_there_is_no_such_role(lane, answer):
    request = FULL.model_copy(update={"messages": (ChatMessage(role="system", content="Be brief."), *FULL.messages)})
    async with ByteServer(answer, FINE) as server, LANES[lane](server.url) as inner:
        shared = Persistence(Circuit())
        await PersistentModel(inner, shared).reply(request, lambda _: None)
        assert json.loads(server.requests[1])["messages"] == [{"role": "user", "content": "Be brief.\n\nhi"}]
    assert shared.left_out == {"system"}


@pytest.mark.parametrize("lane", LANES)
async def test_a_strict_schema_is_asked_for_loosely(lane):
    answer = refusal(
        "Unknown parameter: 'response_format.json_schema.strict'", param="response_format.json_schema.strict"
    )
    async with ByteServer(answer, FINE) as server, LANES[lane](server.url) as inner:
        await PersistentModel(inner, Persistence(Circuit())).reply(FULL, lambda _: None)
        assert "strict" not in json.loads(server.requests[1])["response_format"]["json_schema"]


async def test_another_refusal_is_final_and_what_was_refused_is_forgotten_in_time():
    now = 0.0
    shared = Persistence(Circuit(), clock=lambda: now)
    async with ByteServer(refusal("The model `x` does not exist")) as server, LANES["wire"](server.url) as inner:
        with pytest.raises(ModelRefused):
            await PersistentModel(inner, shared).reply(FULL, lambda _: None)
        assert len(server.requests) == 1
    shared.leave_out("temperature")
    assert shared.left_out == {"temperature"}
    now = FORGET_AFTER_S + 1
    assert shared.left_out == frozenset()


def conversation(source: str) -> ModelRequest:
    aside = Aside(source=source, fields={"reasoning_content": "I add them."}, calls=({"extra_content": {"g": "s"}},))
    call = ToolCall(id="a", name="odd name!", arguments=None, raw='{"expression": "2+')
    return ModelRequest(
        messages=(
            user("hi"),
            ChatMessage(role="assistant", tool_calls=(call,), aside=aside),
            ChatMessage(role="tool", content="5", tool_call_id="a"),
            ChatMessage(role="assistant", content=" "),
        ),
        tools=(TOOL,),
    )


@pytest.mark.parametrize("lane", LANES)
async def test_what_is_written_back(lane):
    async with ByteServer(FINE) as server, LANES[lane](server.url) as model:
        await model.reply(conversation(source_of(server.url, "scripted")), lambda _: None)
        await model.reply(conversation("another"), lambda _: None)
        own, others = (json.loads(body)["messages"] for body in server.requests)
    assert [message["role"] for message in own] == ["user", "assistant", "tool"]
    assert own[1]["reasoning_content"] == "I add them."
    assert own[1]["tool_calls"][0] == {
        "id": "a",
        "type": "function",
        "function": {"name": "odd_name_", "arguments": "{}"},
        "extra_content": {"g": "s"},
    }
    assert "reasoning_content" not in others[1] and "extra_content" not in others[1]["tool_calls"][0]


@pytest.mark.parametrize("lane", LANES)
async def test_who_refuses_what_it_sent_is_asked_without(lane):
    answer = refusal("messages.1.reasoning_content: Extra inputs are not permitted")
    async with ByteServer(answer, FINE) as server, LANES[lane](server.url) as inner:
        request = conversation(source_of(server.url, "scripted"))
        await PersistentModel(inner, Persistence(Circuit())).reply(request, lambda _: None)
        assert "reasoning_content" not in json.loads(server.requests[1])["messages"][1]


@pytest.mark.parametrize("lane", LANES)
async def test_each_sending_is_told_as_it_goes_out_without_what_is_left_out(lane):
    refused = refusal("`temperature` is deprecated for this model.")
    told = []
    async with ByteServer(refused, FINE) as server, LANES[lane](server.url) as inner:
        model = PersistentModel(inner, Persistence(Circuit()))
        await model.reply(FULL.model_copy(update={"on_sent": told.append}), lambda _: None)
        sent = [json.loads(body) for body in server.requests]
    assert [json.loads(json.dumps(one.body)) for one in told] == sent
    assert [one.left_out for one in told] == [frozenset(), frozenset({"temperature"})]
    assert {one.lane for one in told} == {lane}


async def test_the_responses_api_tells_its_own_form():
    told = []
    async with ByteServer(whole(400, b"{}")) as server, responses(server.url) as model:
        with pytest.raises(ModelRefused):
            await model.reply(FULL.model_copy(update={"on_sent": told.append}), lambda _: None)
        (sent,) = [json.loads(body) for body in server.requests]
    assert told[0].body["input"] == sent["input"]
    assert told[0].hidden == ()


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("first", [[*chunked(end=False), None], [*chunked(b": ping\n\n", end=False), None], chunked()])
async def test_what_a_stream_that_ends_before_it_begins_would_not_say_is_asked_without_one(lane, first):
    """llama-cpp-python tells of a full window like this; the next request streams again."""
    full = refusal("This model's maximum context length is 512 tokens.", code="context_length_exceeded")
    async with ByteServer(first, full, FINE) as server, LANES[lane](server.url) as inner:
        model = PersistentModel(inner, Persistence(Circuit(), sleep=at_once))
        with pytest.raises(ContextTooLong) as caught:
            await model.reply(FULL, lambda _: None)
        assert caught.value.extra["window_tokens"] == 512
        assert (await model.reply(FULL, lambda _: None)).content == "fine"
        sent = [json.loads(body) for body in server.requests]
    assert ["stream" in body for body in sent] == [True, False, True]


@pytest.mark.parametrize("lane", LANES)
async def test_it_stays_unstreamed_when_that_fails_for_a_moment(lane):
    full = refusal("This model's maximum context length is 512 tokens.", code="context_length_exceeded")
    async with ByteServer(chunked(), whole(503, b"busy"), full) as server, LANES[lane](server.url) as inner:
        with pytest.raises(ContextTooLong):
            await PersistentModel(inner, Persistence(Circuit(), sleep=at_once)).reply(FULL, lambda _: None)
        assert ["stream" in json.loads(body) for body in server.requests] == [True, False, False]


@pytest.mark.parametrize("lane", LANES)
async def test_a_stream_that_breaks_off_in_its_middle_is_asked_for_again(lane):
    half = [*chunked(stream(delta(content="half"), done=False), end=False), None]
    async with ByteServer(half, FINE) as server, LANES[lane](server.url) as inner:
        model = PersistentModel(inner, Persistence(Circuit(), sleep=at_once), on_retry=lambda _: None)
        assert (await model.reply(FULL, lambda _: None)).content == "fine"
        assert all(json.loads(body)["stream"] for body in server.requests)


async def at_once(_: float) -> None:
    """Wait for nothing."""
