"""Messages, replies and errors of models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dynagent.core.language_models import (
    ChatMessage,
    ModelCircuitOpen,
    ModelError,
    ModelRateLimited,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelTimeout,
    ModelUnavailable,
    ToolSpec,
    estimate_tokens,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ModelError, False),
        (ModelRefused, False),
        (ModelRateLimited, True),
        (ModelUnavailable, True),
        (ModelTimeout, True),
        (ModelCircuitOpen, True),
    ],
)
def test_which_calls_may_be_made_again(error: type[ModelError], retryable: bool) -> None:
    assert error("x").retryable is retryable


def test_requests_and_replies_are_read_back_from_json() -> None:
    call = ToolCall(id="1", name="t", arguments={"a": 1})
    request = ModelRequest(
        messages=(
            ChatMessage(role="user", content="hi"),
            ChatMessage(role="assistant", tool_calls=(call,)),
            ChatMessage(role="tool", content="1", tool_call_id="1", name="t"),
        ),
        tools=(ToolSpec(name="t", description="T.", parameters={"type": "object"}),),
        temperature=0.2,
    )
    assert ModelRequest.model_validate_json(request.model_dump_json()) == request
    reply = ModelReply(content="x", tool_calls=(call,), usage=TokenUsage(input_tokens=1), model="gpt")
    assert ModelReply.model_validate_json(reply.model_dump_json()) == reply


def test_only_four_roles_speak() -> None:
    with pytest.raises(ValidationError):
        ChatMessage.model_validate({"role": "developer"})


@given(st.text())
def test_the_estimate_of_tokens(text: str) -> None:
    assert estimate_tokens(text) >= bool(text)
    assert abs(estimate_tokens(text) - len(text) / 4) < 1
