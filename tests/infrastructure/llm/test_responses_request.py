"""What is sent to the Responses API: turns, calls and their results, tools, limits, a schema for the answer."""

import pytest

from dynagent.core.language_models import ChatMessage, ModelRequest, ToolSpec
from dynagent.core.shared.calls import ToolCall
from dynagent.infrastructure.llm.completions.responses_request import responses_body

CALL = ToolCall(id="c1", name="look up", arguments={"word": "é"})
TOOL = ToolSpec(name="look_up", description="Look up a word.", parameters={"type": "object", "properties": {}})


def test_turns_calls_and_results_are_items_in_their_order() -> None:
    messages = (
        ChatMessage(role="system", content="Be short."),
        ChatMessage(role="user", content="What is it?"),
        ChatMessage(role="assistant", content="I look.", tool_calls=(CALL,)),
        ChatMessage(role="tool", content="", tool_call_id="c1"),
        ChatMessage(role="assistant", content=" "),
    )

    assert responses_body("m", ModelRequest(messages=messages)) == {
        "model": "m",
        "input": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "What is it?"},
            {"role": "assistant", "content": "I look."},
            {"type": "function_call", "call_id": "c1", "name": "look_up", "arguments": '{"word":"é"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "(empty)"},
        ],
    }


def test_a_call_without_text_is_no_message() -> None:
    turn = ChatMessage(role="assistant", content="", tool_calls=(CALL,))

    assert [item["type"] for item in responses_body("m", ModelRequest(messages=(turn,)))["input"]] == ["function_call"]


def test_tools_limits_and_the_schema_have_the_names_of_this_api() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    question = (ChatMessage(role="user", content="?"),)
    request = ModelRequest(
        messages=question, tools=(TOOL,), tool_choice="required", temperature=0.5, max_tokens=9, output_schema=schema
    )
    body = responses_body("m", request)

    assert body["tools"] == [{"type": "function", **TOOL.model_dump(include={"name", "description", "parameters"})}]
    assert (body["tool_choice"], body["temperature"], body["max_output_tokens"]) == ("required", 0.5, 9)
    assert body["text"]["format"] == {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}


@pytest.mark.parametrize(("model", "sent"), [("gpt-5-mini", False), ("gpt-5-chat-latest", True), ("gpt-4o", True)])
def test_no_temperature_goes_to_models_that_refuse_one(model: str, sent: bool) -> None:
    request = ModelRequest(messages=(ChatMessage(role="user", content="?"),), temperature=0.0)

    assert ("temperature" in responses_body(model, request)) is sent
