"""A streamed reply, gathered piece by piece into a ModelReply; both lanes use it, so both give the same result."""

import json
from collections.abc import Sequence
from typing import Any, cast

import orjson

from dynagent.core.language_models import (
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    OnText,
    estimate_tokens,
)
from dynagent.core.shared.calls import Aside, TokenUsage, ToolCall
from dynagent.core.shared.text import clean_json, clean_text
from dynagent.infrastructure.llm.completions.asides import FieldGatherer
from dynagent.infrastructure.llm.completions.calls import CallGatherer, GatheredCall
from dynagent.infrastructure.llm.completions.thoughts import ThoughtSplitter, split_unopened
from dynagent.infrastructure.llm.errors import error_from_event

_FAILED = frozenset(
    {
        *("error", "abort", "aborted", "network_error", "cancelled", "canceled", "failed", "failure", "timeout"),
        *("server_error", "internal_error", "internal_server_error", "insufficient_system_resource"),
        *("malformed_function_call", "unavailable", "overloaded"),
    }
)
_OTHER_WORDS = {
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
    "recitation": "content_filter",
    "sensitive": "content_filter",
    "content_filtered": "content_filter",
    "prohibited_content": "content_filter",
    "blocklist": "content_filter",
    "tool_use": "tool_calls",
    "end_turn": "stop",
    **{word: word for word in ("stop", "length", "content_filter", "tool_calls")},
}
"""What some endpoints call a common reason for the end."""


class ReplyGatherer:
    """Takes text, call fragments, usage and the finish reason in any order; hands cleaned text on at once."""

    __slots__ = (
        "_calls",
        "_held",
        "_on_text",
        "_pieces",
        "_splitter",
        "fields",
        "finish_reason",
        "model",
        "odd",
        "usage",
    )

    def __init__(self, on_text: OnText, request: ModelRequest | None = None) -> None:
        self.finish_reason: str | None = None
        self.model: str = ""
        self.usage: TokenUsage | None = None
        self.fields: FieldGatherer | None = None
        self.odd: dict[str, Any] | None = None
        """The first object that was no part of an answer. Where no answer comes, it may say why."""
        self._on_text = on_text
        self._pieces: list[str] = []
        self._held = ""
        self._splitter = ThoughtSplitter()
        self._calls = CallGatherer([tool.name for tool in request.tools] if request else ())

    @property
    def begun(self) -> bool:
        """Whether there is anything of an answer yet."""
        return bool(self._pieces or self._calls.calls)

    def add_text(self, text: str) -> None:
        """Take a piece of text, not an empty one. Half a surrogate pair at its end waits for the other half."""
        if not self._splitter.answering:
            text = self._splitter.feed(text)
            if not text:
                return
        if self._held:
            text, self._held = self._held + text, ""
        if not text.isascii() and "\ud800" <= text[-1] <= "\udbff":
            self._held, text = text[-1], text[:-1]
        if text:
            text = clean_text(text)
            self._pieces.append(text)
            self._on_text(text)

    def add_thought(self, text: str) -> None:
        """Take a piece of what the model thought."""
        if text:
            self._splitter.thoughts.append(text)

    def add_call(self, index: int | None, *, id: str | None, name: str | None, fragment: str | None) -> GatheredCall:
        """Take a fragment of a tool call and return the call that it belongs to."""
        return self._calls.add(index, id=id or "", name=name or "", fragment=fragment or "")

    def goes_on(self, index: Any, fragment: Any) -> bool:
        """Take a piece of arguments of the call in this place, and say whether there is such a call."""
        return type(fragment) is str and self._calls.goes_on(index, fragment)

    def add_fields(self, fields: dict[str, Any]) -> None:
        """Take fields of the provider's own."""
        if self.fields is None:
            self.fields = FieldGatherer()
        self.fields.add(fields)

    def reply(self, request: ModelRequest, model: str, source: str = "") -> ModelReply:
        """Return the whole reply. Raises ModelUnavailable when the stream ended before the answer did."""
        if self.finish_reason is None:
            raise ModelUnavailable("the model endpoint's stream broke off before its end")
        word = self.finish_reason.strip().lower().replace("-", "_")
        finish = _OTHER_WORDS.get(word, self.finish_reason)
        if word in _FAILED or word.rpartition(":")[2].strip() in _FAILED:
            raise ModelUnavailable(f"the model endpoint gave up its reply: finish_reason {finish!r}")
        self.end_text()
        if self.odd is not None and not self.begun:
            raise error_from_event(self.odd)
        thoughts, content = split_unopened("".join(self._pieces))
        gathered = [call for call in self._calls.calls if call.fragments or (call.name and not call.perhaps)]
        calls = tuple(_tool_call(index, call) for index, call in enumerate(gathered))
        return ModelReply(
            content=content,
            tool_calls=calls,
            usage=self.usage or _estimate(request, content, gathered),
            model=self.model or model,
            finish_reason=clean_text(finish)[:100],
            aside=self._aside(source, thoughts, gathered),
        )

    def end_text(self) -> None:
        """Hand on what of the text was held back, as no more of it comes."""
        rest = self._held
        if not self._splitter.answering:
            rest += self._splitter.finish()
        self._held = ""
        if rest:
            self._pieces.append(clean_text(rest))
            self._on_text(self._pieces[-1])

    def _aside(self, source: str, thoughts: str, calls: list[GatheredCall]) -> Aside | None:
        thought = "".join(self._splitter.thoughts) + thoughts
        extras = any(call.extra for call in calls)
        if not (thought or self.fields or extras):
            return None
        return Aside(
            source=source,
            thoughts=clean_text(thought.strip()),
            fields=clean_json(self.fields.whole()) if self.fields else {},
            calls=tuple(clean_json(call.extra) for call in calls) if extras else (),
        )


def _tool_call(index: int, call: GatheredCall) -> ToolCall:
    raw = clean_text("".join(call.fragments))
    arguments = read_call_arguments(raw)
    if arguments is None:
        arguments = _arguments_sent_anew(call.fragments)
    return ToolCall(
        id=clean_text(call.id) or f"call_{index}",
        name=clean_text(call.name).strip(),
        arguments=arguments,
        raw=raw if arguments is None else "",
    )


def read_call_arguments(raw: str) -> dict[str, Any] | None:
    """Return the arguments of a call, None when the text is no JSON object; no text at all means no arguments."""
    raw = raw.strip()
    if raw.startswith("```"):
        raw = raw.partition("\n")[2].removesuffix("```").strip()
    if not raw:
        return {}
    try:
        value = _value_of(raw)
        if isinstance(value, str):
            # Some servers write JSON into the text of JSON.
            value = _value_of(value.strip())
    except (ValueError, RecursionError):
        return None
    if value is None:
        return {}
    return clean_json(value) if isinstance(value, dict) else None


def _value_of(text: str) -> Any:
    """Return the JSON value of a text. Raises ValueError, RecursionError."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        # Several values, lone surrogates: what orjson does not read.
        return _last_value(text)
    return _last_value(text) if _is_rounded(value) else value


def _is_rounded(value: Any) -> bool:
    """Say whether there may have been an integer beyond 64 bits, of which orjson makes a float."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left.extend(cast("dict[str, Any]", one).values())
        elif isinstance(one, list):
            left.extend(cast("list[Any]", one))
        elif type(one) is float and abs(one) >= 2**63:
            return True
    return False


def _last_value(text: str) -> Any:
    """Return the JSON value of a text; of several the last, when those before say nothing or the same.

    Some servers begin with `{}` and send the arguments then, or send them once more at the end. Raises ValueError.
    """
    value, at = _DECODER.raw_decode(text)
    if at == len(text):
        return value
    values: list[Any] = [value]
    while at < len(text) and len(values) < _MOST_VALUES:
        value, at = _DECODER.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        values.append(value)
    if at < len(text) or any(one not in ({}, value) for one in values):
        raise ValueError("several values")
    return value


def _arguments_sent_anew(fragments: list[str]) -> dict[str, Any] | None:
    """Return the arguments where each fragment repeats all before it; None where they do not."""
    if len(fragments) < 2 or not all(map(str.startswith, fragments[1:], fragments)):
        return None
    return read_call_arguments(clean_text(fragments[-1]))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_MOST_VALUES = 8


def _estimate(request: ModelRequest, content: str, calls: Sequence[GatheredCall]) -> TokenUsage:
    return estimate_usage(
        request, "".join([content, *(part for call in calls for part in (call.name, *call.fragments))])
    )


def estimate_usage(request: ModelRequest, made: str) -> TokenUsage:
    """Return a usage counted by us, four characters to a token, for endpoints that report none."""
    given = "".join(message.content for message in request.messages)
    return TokenUsage(input_tokens=estimate_tokens(given), output_tokens=estimate_tokens(made), estimated=True)
