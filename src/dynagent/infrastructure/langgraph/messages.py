"""Messages as the graph's state keeps them: JSON types only, arguments as JSON text, so that msgpack holds them all."""

import json
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from dynagent.core.language_models import ChatMessage, ModelReply, Role
from dynagent.core.shared.calls import Aside, ToolCall
from dynagent.core.shared.pictures import Picture

NO_ANSWER = "(no answer)"


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
    aside: NotRequired[dict[str, Any]]
    shows: NotRequired[bool]
    """Whether the run's pictures stand beside it; they are no part of the state."""


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


def without_calls(messages: Sequence[StoredMessage], ids: frozenset[str]) -> list[StoredMessage]:
    """Return the conversation without these calls of its last step and what was answered to them."""
    stored: list[StoredMessage] = []
    for message in messages:
        if message.get("tool_call_id") in ids:
            continue
        calls = message.get("tool_calls")
        left = [call for call in calls or () if call["id"] not in ids]
        stored.append({**message, "tool_calls": left} if calls is not None and len(left) < len(calls) else message)
    return stored


def read_message(message: StoredMessage, pictures: Sequence[Picture] = ()) -> ChatMessage:
    """Return a message from the state, with the run's pictures where they belong."""
    aside = message.get("aside")
    return ChatMessage(
        role=message["role"],
        content=message["content"],
        tool_calls=read_calls(message.get("tool_calls") or ()),
        tool_call_id=message.get("tool_call_id"),
        aside=None if aside is None else Aside.model_validate(aside),
        pictures=tuple(pictures) if message.get("shows") else (),
    )


def store_reply(reply: ModelReply) -> StoredMessage | None:
    """Return a reply as a message of the conversation; None when it says nothing: sent back, it would be refused."""
    if not reply.tool_calls and not reply.content.strip():
        return None
    message = StoredMessage(role="assistant", content=reply.content)
    if reply.tool_calls:
        message["tool_calls"] = store_calls(reply.tool_calls)
        if reply.aside is not None and (reply.aside.fields or reply.aside.calls):
            message["aside"] = reply.aside.model_dump(exclude={"thoughts"})
    return message


def unique_calls(calls: Sequence[ToolCall], before: Sequence[StoredMessage]) -> tuple[ToolCall, ...]:
    """Return calls whose ids occur nowhere else in the conversation; those that do not collide stay as they are.

    Many models number their calls anew in each reply, and endpoints refuse a history in which an id occurs twice.
    """
    taken = {call["id"] for message in before for call in message.get("tool_calls") or ()}
    renamed: list[ToolCall] = []
    for call in calls:
        id, number = call.id, 1
        while id in taken:
            number += 1
            id = f"{call.id}_{number}"
        taken.add(id)
        renamed.append(call if id == call.id else call.model_copy(update={"id": id}))
    return tuple(renamed)


def opening_messages(
    system_prompt: str, history: Sequence[tuple[str, str]], query: str, *, shows: bool = False
) -> list[StoredMessage]:
    """Return the conversation before the first model call: system text if any, earlier turns, the question.

    `shows` says that pictures are shown with the question.
    """
    messages = [StoredMessage(role="system", content=system_prompt)] if system_prompt else []
    for question, answer in history:
        messages.append(StoredMessage(role="user", content=question))
        # A turn without an answer is told as such: an empty message would be refused in every later turn.
        messages.append(StoredMessage(role="assistant", content=answer if answer.strip() else NO_ANSWER))
    question = StoredMessage(role="user", content=query)
    if shows:
        question["shows"] = True
    messages.append(question)
    return messages
