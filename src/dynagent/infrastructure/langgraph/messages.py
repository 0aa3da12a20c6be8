"""Messages as the graph's state keeps them: JSON types only, arguments as JSON text, so that msgpack holds them all."""

import json
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from dynagent.core.language_models import ChatMessage, Role
from dynagent.core.shared.calls import ToolCall


class StoredCall(TypedDict):
    """A wished tool call. `arguments` is JSON text, None when the model's text (`raw`) was no JSON object."""

    id: str
    name: str
    arguments: str | None
    raw: str


class StoredMessage(TypedDict):
    """One message of the conversation."""

    role: Role
    content: str
    tool_calls: NotRequired[list[StoredCall]]
    tool_call_id: NotRequired[str]


def store_calls(calls: Sequence[ToolCall]) -> list[StoredCall]:
    """Return calls in the state's form."""
    return [
        StoredCall(
            id=call.id,
            name=call.name,
            arguments=None if call.arguments is None else json.dumps(call.arguments, ensure_ascii=False),
            raw=call.raw,
        )
        for call in calls
    ]


def read_calls(calls: Sequence[StoredCall]) -> tuple[ToolCall, ...]:
    """Return calls from the state."""
    return tuple(
        ToolCall(
            id=call["id"],
            name=call["name"],
            arguments=None if call["arguments"] is None else json.loads(call["arguments"]),
            raw=call["raw"],
        )
        for call in calls
    )


def read_message(message: StoredMessage) -> ChatMessage:
    """Return a message from the state."""
    return ChatMessage(
        role=message["role"],
        content=message["content"],
        tool_calls=read_calls(message.get("tool_calls") or ()),
        tool_call_id=message.get("tool_call_id"),
    )


def opening_messages(system_prompt: str, history: Sequence[tuple[str, str]], query: str) -> list[StoredMessage]:
    """Return the conversation before the first model call: system text if any, earlier turns, the question."""
    messages = [StoredMessage(role="system", content=system_prompt)] if system_prompt else []
    for question, answer in history:
        messages.append(StoredMessage(role="user", content=question))
        messages.append(StoredMessage(role="assistant", content=answer))
    messages.append(StoredMessage(role="user", content=query))
    return messages
