"""A model tried out: what it shows it can, what it refuses it cannot."""

import json

import pytest

from dynagent.core.language_models import (
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    OnText,
    capabilities_of,
)
from dynagent.core.shared.calls import Aside, TokenUsage, ToolCall
from dynagent.infrastructure.llm.battery import Battery
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from tests.fakes.language_models import ScriptedChatModel
from tests.infrastructure.llm.byte_server import ByteServer, whole
from tests.infrastructure.llm.lanes import LANES


class Able(ScriptedChatModel):
    """Does what it is asked, but takes no schema."""

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        if request.output_schema is not None:
            raise ModelRefused("response_format is unknown")
        if request.tools:
            calls = [ToolCall(id=city, name="get_weather", arguments={"city": city}) for city in ("Paris", "Rome")]
            return ModelReply(tool_calls=tuple(calls), model="m", usage=TokenUsage(estimated=True))
        for word in ("marma", "lade"):
            on_text(word)
        return ModelReply(content="marmalade", model="m", usage=TokenUsage(input_tokens=1))


async def test_what_a_model_can_and_cannot_do() -> None:
    tried = [item async for item in Battery(Able()).run()]
    assert {item.name: item.works for item in tried} == {
        "stream": True,
        "tools": True,
        "parallel_tools": True,
        "structured_output": False,
        "long_input": True,
        "usage": True,
        "reasoning": False,
    }
    assert "response_format is unknown" in next(item.words for item in tried if item.name == "structured_output")
    able = capabilities_of(tried)
    assert (able.streaming, able.tools, able.parallel_tools, able.structured_output) == (True, True, True, False)


async def test_who_does_not_answer_is_not_tried_further() -> None:
    tried = [item async for item in Battery(ScriptedChatModel([ModelRefused("wrong key")])).run()]
    assert [(item.name, item.works, item.words) for item in tried] == [("stream", False, "wrong key")]
    assert capabilities_of(tried).streaming is None, "nothing is known of a model that was not reached"


async def test_what_may_pass_says_nothing_about_a_model() -> None:
    class Tired(Able):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            if request.tools:
                raise ModelUnavailable("busy")
            return await super().reply(request, on_text)

    tried = [item async for item in Battery(Tired()).run()]
    assert next(item.works for item in tried if item.name == "tools") is None
    assert (capabilities_of(tried).tools, capabilities_of(tried).structured_output) == (None, False)


@pytest.mark.parametrize("lane", LANES)
async def test_what_an_endpoint_refuses_it_cannot_do_however_well_it_answers_without(lane: str) -> None:
    """The words of the question alone bring JSON, and a whole answer looks like a stream of one piece."""
    body = {"choices": [{"index": 0, "message": {"content": '{"colour": "red", "letters": 3}'}}], "citations": ["x"]}
    said = whole(200, json.dumps(body).encode())
    answers = [
        refusal("streaming is not supported by this deployment"),
        *[said] * 3,
        refusal("response_format is not supported"),
        said,
    ]
    async with ByteServer(*answers) as server, LANES[lane](server.url) as inner:
        model = PersistentModel(inner, Persistence(Circuit()))
        tried = {item.name: item async for item in Battery(model).run()}
    assert (tried["stream"].works, tried["structured_output"].works) == (False, False)
    assert "refuses" in tried["stream"].words and "refuses" in tried["structured_output"].words
    assert (tried["usage"].works, tried["reasoning"].works) == (False, False)


@pytest.mark.parametrize(
    "reply",
    [
        ModelReply(content="ok", model="m", aside=Aside(thoughts="hm")),
        ModelReply(content="ok", model="m", aside=Aside(fields={"reasoning_content": "hm"})),
        ModelReply(content="ok", model="m", usage=TokenUsage(output_tokens=9, reasoning_tokens=5)),
    ],
)
async def test_thoughts_are_seen_in_the_text_in_fields_and_in_the_count_of_tokens(reply: ModelReply) -> None:
    tried = {item.name: item.works async for item in Battery(ScriptedChatModel([reply])).run()}
    assert tried["reasoning"] is True


def refusal(message: str) -> list[bytes]:
    return whole(400, json.dumps({"error": {"message": message}}).encode())
