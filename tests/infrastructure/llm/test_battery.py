"""A model tried out: what it shows it can, what it refuses it cannot."""

from dynagent.core.language_models import (
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    OnText,
    capabilities_of,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall
from dynagent.infrastructure.llm.battery import Battery
from tests.fakes.language_models import ScriptedChatModel


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
