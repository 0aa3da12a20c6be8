"""The calculator as a tool: words become symbols, a real model may reword, evaluation decides."""

import pytest

from dynagent.core.language_models import ModelUnavailable
from dynagent.core.tools import InvalidArguments
from dynagent.infrastructure.tools.calculator import CalculatorTool
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel


async def calculate(expression: str, model: ScriptedChatModel | None = None) -> object:
    tool = CalculatorTool(None if model is None else FakeChatModels(model))
    return await tool.execute({"expression": expression})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("23*19", 437),
        ("What is 23 x 19?", 437),
        ("10x20 x 2", 400),
        ("0x10", 16),
        ("0 x 10", 0),
        ("23 times 19", 437),
        ("calculate 6 multiplied by 7", 42),
        ("10 divided by 4", 2.5),
        ("2 plus 3 minus 1", 4),
        ("2 to the power of 10", 1024),
        ("15 percent of 200", 30),
    ],
)
async def test_plain_words_need_no_model(expression: str, value: float) -> None:
    assert await calculate(expression) == value


async def test_a_real_model_turns_words_into_an_expression() -> None:
    model = ScriptedChatModel(["`23*19`"], name="gpt")
    assert await calculate("twenty three times nineteen", model) == 437
    assert model.requests[0].messages[-1].content == "twenty three times nineteen"


async def test_the_model_decides_no_number() -> None:
    for answer in ("It is 437.", "9**9**9", "__import__('os')"):
        with pytest.raises(InvalidArguments):
            await calculate("twenty three times nineteen", ScriptedChatModel([answer], name="gpt"))


async def test_no_model_is_asked_for_what_are_no_words() -> None:
    model = ScriptedChatModel(["1"], name="gpt")
    for expression in ("9**9**9", "1/0", "5 +"):
        with pytest.raises(InvalidArguments):
            await calculate(expression, model)
    assert model.requests == []


async def test_the_demo_model_is_not_asked() -> None:
    model = ScriptedChatModel(["23*19"], name="demo")
    with pytest.raises(InvalidArguments):
        await calculate("twenty three times nineteen", model)
    assert model.requests == []


async def test_a_model_that_is_away_leaves_the_first_refusal() -> None:
    model = ScriptedChatModel([ModelUnavailable("away")], name="gpt")
    with pytest.raises(InvalidArguments, match="no arithmetic expression"):
        await calculate("twenty three times nineteen", model)


async def test_a_refusal_points_at_the_argument_and_shows_little_of_it() -> None:
    with pytest.raises(InvalidArguments, match="cannot compute") as refusal:
        await calculate("(" * 900)
    assert refusal.value.violations[0].pointer == "/arguments/expression"
    assert len(refusal.value.detail) < 300


@pytest.mark.parametrize("arguments", [{}, {"expression": ""}, {"expression": "1" * 1001}, {"expression": 5}])
async def test_the_schema_bounds_the_expression(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArguments):
        await CalculatorTool().execute(arguments)
