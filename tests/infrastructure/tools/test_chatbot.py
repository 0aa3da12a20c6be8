"""The chatbot: which model is asked, with what."""

import pytest

from dynagent.core.language_models import ModelRefused
from dynagent.core.shared.calls import TokenUsage
from dynagent.core.tools import CallContext, ModelUse, ToolUnconfigured
from dynagent.infrastructure.tools.chatbot import ChatbotTool
from dynagent.infrastructure.tools.context import calling
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel

SMALL = "small"


def models() -> tuple[FakeChatModels, ScriptedChatModel, ScriptedChatModel]:
    small, large = ScriptedChatModel([" short "], name=SMALL), ScriptedChatModel(["long"], name="large")
    return FakeChatModels(small, large), small, large


async def test_the_default_model_answers_with_the_seeds_system_text() -> None:
    known, small, _ = models()
    assert await ChatbotTool(models=known).execute({"query": "Why?"}) == "short"
    request = small.requests[0]
    assert [(message.role, message.content) for message in request.messages] == [
        ("system", "You are helpful and concise."),
        ("user", "Why?"),
    ]
    assert request.temperature == 0.2


async def test_the_agents_model_goes_before_the_default_and_the_tools_own_before_both() -> None:
    known, small, _ = models()
    with calling(CallContext(user_id="ada", timeout_s=7.0, model="large")):
        assert await ChatbotTool(models=known).execute({"query": "Why?"}) == "long"
        assert await ChatbotTool(model=SMALL, models=known).execute({"query": "Why?"}) == "short"
    assert small.requests[0].timeout_s == 7.0


async def test_an_unknown_model_and_no_models_at_all() -> None:
    with pytest.raises(ModelRefused):
        await ChatbotTool(model="gone", models=models()[0]).execute({"query": "Why?"})
    with pytest.raises(ToolUnconfigured):
        await ChatbotTool().execute({"query": "Why?"})


async def test_what_it_used_is_told_to_the_call() -> None:
    known, _, _ = models()
    told: list[ModelUse] = []
    with calling(CallContext(user_id="ada", timeout_s=7.0, model="large", on_usage=told.append)):
        await ChatbotTool(models=known).execute({"query": "Why?"})
    assert [(use.model, use.asked, use.usage) for use in told] == [
        ("large", "large", TokenUsage(input_tokens=10, output_tokens=5))
    ]
