"""Structured output: JSON read out of whatever a model writes, asked for again, and told precisely when it fails."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.executions import Message, Retry, UsageReport
from dynagent.infrastructure.langgraph.structured import MAX_REPAIRS, OutputInvalid, read_output
from dynagent.infrastructure.llm.demo import DemoModel
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, claim, run

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"category": {"enum": ["math", "history"]}, "confidence": {"type": "number", "maximum": 1}},
    "required": ["category", "confidence"],
    "additionalProperties": False,
}
FITS = '{"category": "math", "confidence": 0.5}'


@pytest.mark.parametrize(
    "text",
    [
        FITS,
        f"  \n{FITS}\n",
        f"```json\n{FITS}\n```",
        f"Sure!\n\n```\n{FITS}\n```\nAnything else?",
        f"```python\nprint(1)\n```\nthen\n```json\n{FITS}\n```",
        f"The answer is {FITS}, I think.",
        f'Not {{this}} and not [1, 2, but {{"a": 1}} or {FITS} fits.',
        f'{{"thought": "first"}}\n{FITS}',
        f"[{FITS}",
    ],
)
def test_json_that_fits_is_found(text: str) -> None:
    found = read_output(SCHEMA, text)
    assert found.text is not None and json.loads(found.text) == json.loads(FITS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the answer: it is empty"),
        ("I do not know.", "the answer: there is no JSON in it"),
        ('{"category": "art", "confidence": 2}', "/category: "),
        ('{"category": "art", "confidence": 2}', "/confidence: "),
        ('{"category": "math"}', "/confidence: "),
        ("[1]", "the answer: "),
        ('{"category": "math", "confidence": NaN}', "no JSON"),
        ('{"category": "math", "confidence": 0.5', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"a":' * 50_000, "no JSON"),
        ("```" * 100_000, "no JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    found = read_output(SCHEMA, text)
    assert found.text is None and told in found.reported()


def test_bare_words_fit_a_schema_of_texts() -> None:
    assert read_output({"type": "string", "enum": ["math"]}, " math\n").text == '"math"'
    assert read_output({"type": "string", "enum": ["math"]}, "art").text is None
    assert read_output({"type": ["integer"]}, "Answer:\n```\n42\n```").text == "42"


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=8))
def test_any_json_value_survives_prose_around_it(value: Any) -> None:
    found = read_output({"type": "object"}, f"It is: {json.dumps({'value': value})} .")
    assert found.text is not None
    assert json.loads(found.text).keys() == {"value"}


async def test_the_result_is_json_that_fits() -> None:
    model = ScriptedChatModel([call("echo"), f"Here: {FITS}"])
    outcome, trace = await run(model, FakeTool(), output_schema=SCHEMA)

    assert json.loads(outcome.result or "") == json.loads(FITS)
    assert [request.output_schema for request in model.requests] == [SCHEMA, SCHEMA]
    system = model.requests[0].messages[0]
    assert (
        system.role == "system" and system.content.startswith("Be brief.\n\n") and json.dumps(SCHEMA) in system.content
    )
    said = [event.content for event in trace.events if isinstance(event, Message)]
    assert said[-1] == f"Here: {FITS}"


async def test_without_a_schema_nothing_is_different() -> None:
    model = ScriptedChatModel([FITS])
    outcome, _ = await run(model)
    assert outcome.result == FITS
    assert (model.requests[0].output_schema, model.requests[0].messages[0].content) == (None, "Be brief.")


async def test_the_model_is_shown_what_is_wrong_and_mends_it() -> None:
    model = ScriptedChatModel(["I think it is math.", '{"category": "math"}', FITS])
    outcome, trace = await run(model, FakeTool(), output_schema=SCHEMA)

    assert json.loads(outcome.result or "") == json.loads(FITS)
    assert [request.tool_choice for request in model.requests] == ["auto", "none", "none"]
    asked = [request.messages[-1] for request in model.requests[1:]]
    assert [message.role for message in asked] == ["user", "user"]
    assert "there is no JSON in it" in asked[0].content and "/confidence" in asked[1].content
    assert [message.role for message in model.requests[2].messages[-4:]] == ["assistant", "user", "assistant", "user"]
    told = [event for event in trace.events if isinstance(event, Retry)]
    assert [(event.what, event.error_code, event.try_number) for event in told] == [
        ("output", "output_invalid", 2),
        ("output", "output_invalid", 3),
    ]
    assert "/confidence" in told[1].reason
    assert outcome.usage.model_calls == sum(isinstance(event, UsageReport) for event in trace.events) == 3


async def test_after_the_last_repair_the_run_fails_with_every_misfit() -> None:
    model = ScriptedChatModel(['{"category": "art", "confidence": 2}'])
    with pytest.raises(OutputInvalid, match=rf"after {MAX_REPAIRS} repairs: /category: .*; /confidence: ") as failure:
        await run(model, output_schema=SCHEMA)
    assert (failure.value.code, len(model.requests)) == ("output_invalid", 1 + MAX_REPAIRS)


async def test_a_run_that_goes_on_takes_repairs_from_its_log() -> None:
    first = ListedTrace()
    await run(ScriptedChatModel(["no", "nor that", FITS]), output_schema=SCHEMA, trace=first)
    last = max(at for at, event in enumerate(first.events) if isinstance(event, Message))
    model = ScriptedChatModel([FITS])

    outcome, again = await run(model, output_schema=SCHEMA, claimed=claim(earlier=first.events[: last - 1], attempt=2))

    assert json.loads(outcome.result or "") == json.loads(FITS)
    assert len(model.requests) == 1 and "nor that" in model.requests[0].messages[-2].content
    assert [event.try_number for event in again.events if isinstance(event, Retry) and event.what == "output"] == [3]


async def test_the_demo_model_answers_in_the_form_as_far_as_it_can() -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "number"}, "answer": {"type": "string"}}}
    outcome, _ = await run(
        DemoModel(pause_s=0), output_schema=schema | {"required": ["amount", "answer"]}, claimed=claim("Take 42.")
    )
    assert json.loads(outcome.result or "")["amount"] == 42
