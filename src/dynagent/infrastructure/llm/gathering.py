"""A streamed reply, gathered piece by piece into a ModelReply; both lanes use it, so both give the same result."""

import json
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.language_models import (
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    OnText,
    estimate_tokens,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall
from dynagent.core.shared.text import clean_json, clean_text


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    fragments: list[str] = field(default_factory=list[str])


class ReplyGatherer:
    """Takes text, call fragments, usage and the finish reason in any order; hands cleaned text on at once."""

    __slots__ = ("_calls", "_held", "_last", "_on_text", "_pieces", "finish_reason", "model", "usage")

    def __init__(self, on_text: OnText) -> None:
        self.finish_reason: str | None = None
        self.model: str = ""
        self.usage: TokenUsage | None = None
        self._on_text = on_text
        self._pieces: list[str] = []
        self._held = ""
        self._calls: dict[int, _Call] = {}
        self._last = -1

    def add_text(self, text: str) -> None:
        """Take a piece of text. Half a surrogate pair at its end waits for the other half."""
        text = self._held + text
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held, text = text[-1], text[:-1]
        if text:
            text = clean_text(text)
            self._pieces.append(text)
            self._on_text(text)

    def add_call(self, index: int | None, *, id: str | None, name: str | None, fragment: str | None) -> None:
        """Take a fragment of a tool call. Endpoints that number badly (or not) are told apart by new ids."""
        place = self._last if index is None else index
        call = self._calls.get(place)
        if call is None or (id and call.id and id != call.id):
            place = max(self._calls, default=-1) + 1 if call is not None or index is None else place
            call = self._calls[place] = _Call()
        self._last = place
        call.id = call.id or id or ""
        call.name = call.name or name or ""
        if fragment:
            call.fragments.append(fragment)

    def reply(self, request: ModelRequest, model: str) -> ModelReply:
        """Return the whole reply. Raises ModelUnavailable when the stream ended before the answer did."""
        if self.finish_reason is None:
            raise ModelUnavailable("the model endpoint's stream broke off before its end")
        if self._held:
            self._pieces.append(clean_text(self._held))
            self._on_text(self._pieces[-1])
            self._held = ""
        content = "".join(self._pieces)
        calls = tuple(self._tool_call(index) for index in sorted(self._calls))
        return ModelReply(
            content=content,
            tool_calls=calls,
            usage=self.usage or _estimate(request, content, calls),
            model=self.model or model,
            finish_reason=self.finish_reason,
        )

    def _tool_call(self, index: int) -> ToolCall:
        call = self._calls[index]
        raw = clean_text("".join(call.fragments))
        arguments = read_call_arguments(raw)
        return ToolCall(
            id=clean_text(call.id) or f"call_{index}",
            name=clean_text(call.name),
            arguments=arguments,
            raw=raw if arguments is None else "",
        )


def read_call_arguments(raw: str) -> dict[str, Any] | None:
    """Return the arguments of a call, None when the text is no JSON object; no text at all means no arguments."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return clean_json(value) if isinstance(value, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _estimate(request: ModelRequest, content: str, calls: tuple[ToolCall, ...]) -> TokenUsage:
    made = content + "".join(call.name + json.dumps(call.arguments) for call in calls)
    return estimate_usage(request, made)


def estimate_usage(request: ModelRequest, made: str) -> TokenUsage:
    """Return a usage counted by us, four characters to a token, for endpoints that report none."""
    given = "".join(message.content for message in request.messages)
    return TokenUsage(input_tokens=estimate_tokens(given), output_tokens=estimate_tokens(made), estimated=True)
