"""One object of a reply, a chunk or the whole: what of it is text, calls, usage, an end, an error."""

import json
from typing import Any, cast

from dynagent.core.shared.calls import TokenUsage
from dynagent.infrastructure.llm.completions.gathering import ReplyGatherer
from dynagent.infrastructure.llm.errors import error_from_event

_OUR_OWN = frozenset(
    {"role", "content", "refusal", "tool_calls", "function_call", "annotations", "audio", "obfuscation", "name"}
)
"""Fields of a message that are read, or that nobody wants back."""
_ARGUMENTS = ("arguments", "parameters", "input")
_CALL = frozenset({"index", "id", "type", "function", "name", *_ARGUMENTS})
_PLAIN, _BARE = 3, 2
_MOST_TOKENS = 10**12
"""No reply has more; what claims to is a mistake, and no column could hold it."""
_SAYING_NOTHING = frozenset(
    {"id", "object", "created", "model", "choices", "type", "usage", "error", "x_groq", "system_fingerprint"}
)
_TELLING = ("error", "errors", "message", "detail", "msg", "error_msg", "error_message", "base_resp")


def reported_error(chunk: dict[str, Any]) -> Any:
    """Return what in an object says that the endpoint failed, None when it does not."""
    failed: Any = chunk.get("error")
    if failed:
        return cast("Any", failed) if isinstance(failed, (str, dict, list)) else chunk
    if chunk.get("choices") is None and (chunk.get("object") == "error" or any(chunk.get(key) for key in _TELLING)):
        return chunk
    return None


def read_chunk(gatherer: ReplyGatherer, chunk: dict[str, Any]) -> None:
    """Take one object of a stream. Raises ModelError when it tells of one, and what a misfit raises."""
    choices: Any = chunk.get("choices")
    if "error" in chunk or choices is None:
        _read_odd(gatherer, chunk)
    if not gatherer.model and chunk.get("model"):
        gatherer.model = str(chunk["model"])
    if "usage" in chunk:
        _take_usage(gatherer, chunk["usage"])
    for choice in choices or ():
        index: Any = choice and choice.get("index")
        if choice is None or (index and index != "0"):
            continue
        delta: Any = choice.get("delta")
        if delta:
            text: Any = delta.get("content")
            if type(text) is str and text:
                gatherer.add_text(text)
                if len(delta) > 1:
                    _read_delta(gatherer, {**delta, "content": None})
            else:
                _read_delta(gatherer, delta)
            if len(choice) == _PLAIN and choice.get("finish_reason", 0) is None:
                continue  # index, delta and no end: what nearly every event of a stream is
        _read_rest(gatherer, choice, delta)
    if gatherer.usage is None and "x_groq" in chunk:
        _take_usage(gatherer, cast("dict[str, Any]", chunk["x_groq"] or {}).get("usage"))


def _read_odd(gatherer: ReplyGatherer, chunk: dict[str, Any]) -> None:
    """Read an object that tells of an error, or is no part of an answer. Raises ModelError."""
    failed = reported_error(chunk)
    if failed is not None:
        raise error_from_event(failed)
    if gatherer.odd is None and chunk.get("choices") is None and chunk.keys() - _SAYING_NOTHING:
        gatherer.odd = chunk


def _read_rest(gatherer: ReplyGatherer, choice: dict[str, Any], delta: Any) -> None:
    if choice.get("error"):
        raise error_from_event(choice["error"])
    if not delta:
        _read_delta(gatherer, _whole_message(gatherer, choice))
    finish = choice.get("finish_reason")
    if finish:
        gatherer.finish_reason = finish if isinstance(finish, str) else str(finish)
    if choice.get("usage"):
        _take_usage(gatherer, choice["usage"])


def _whole_message(gatherer: ReplyGatherer, choice: dict[str, Any]) -> dict[str, Any]:
    """Return the message of a reply that does not stream; one that repeats what has streamed says nothing new."""
    if gatherer.begun:
        return {}
    text = choice.get("text")
    return choice.get("message") or ({"content": text} if isinstance(text, str) else {})


def _read_delta(gatherer: ReplyGatherer, delta: dict[str, Any]) -> None:
    text = delta.get("content") or delta.get("refusal")
    if text:
        if not isinstance(text, str):
            gatherer.add_thought(_thought_in(text))
            text = _text_of(text)
        if text:
            gatherer.add_text(text)
    calls: Any = delta.get("tool_calls")
    if calls:
        listed = cast("list[Any]", calls) if type(calls) is list else _listed(calls)
        for call in listed:
            if call:
                _read_call(gatherer, call)
    elif delta.get("function_call"):
        _read_call(gatherer, {"index": 0, "function": delta["function_call"]})
    if not delta.keys() <= _OUR_OWN:
        own = {name: value for name, value in delta.items() if name not in _OUR_OWN and value not in (None, "", [], {})}
        if own:
            if "error" in own:
                raise error_from_event(own["error"])
            gatherer.add_fields(own)


def _text_of(content: Any) -> str:
    """Return the text of content in parts; thoughts and parts of an unknown kind have none."""
    if isinstance(content, list):
        return "".join(map(_text_of, cast("list[Any]", content)))
    if isinstance(content, dict):
        part = cast("dict[str, Any]", content)
        text: Any = part.get("text") if part.get("type", "text") in ("text", "output_text") else part.get("refusal")
        return _text_of(cast("dict[str, Any]", text).get("value") or "") if isinstance(text, dict) else text or ""
    if content is None:
        return ""
    return content if isinstance(content, str) else str(content)


def _thought_in(content: Any) -> str:
    """Return the thoughts among the parts of content."""
    if isinstance(content, list):
        return "".join(map(_thought_in, cast("list[Any]", content)))
    if not isinstance(content, dict):
        return ""
    part = cast("dict[str, Any]", content)
    if part.get("type") not in ("thinking", "reasoning", "reasoning_text"):
        return ""
    inside: Any = part.get("thinking") or part.get("reasoning") or part.get("text") or ""
    return inside if isinstance(inside, str) else _text_of(inside)


def _listed(calls: Any) -> list[Any]:
    """Return calls as a list, whether they are one, a list, or an object of places."""
    if not isinstance(calls, dict):
        return calls
    given = cast("dict[str, Any]", calls)
    places = all(key.isdigit() and isinstance(call, dict) for key, call in given.items())
    return [{"index": key, **call} for key, call in given.items()] if places else [given]


def _read_call(gatherer: ReplyGatherer, call: dict[str, Any]) -> None:
    function: dict[str, Any] = call.get("function") or call
    arguments = function.get("arguments")
    if len(function) == 1 and len(call) == _BARE and gatherer.goes_on(call.get("index"), arguments):
        return  # a place and a piece of arguments: what nearly every event of a long call is
    if arguments is None:
        arguments = next((function[name] for name in _ARGUMENTS if function.get(name) is not None), None)
    gathered = gatherer.add_call(
        _place(call.get("index")),
        id=_word(call.get("id")),
        name=_word(function.get("name")),
        fragment=_fragment(arguments),
    )
    if not call.keys() <= _CALL:
        gathered.extra |= {name: value for name, value in call.items() if name not in _CALL and value is not None}
    if len(function) > 2 and function is not call:
        own = {name: value for name, value in function.items() if name not in _CALL and value is not None}
        if own:
            gathered.extra["function"] = {**gathered.extra.get("function", {}), **own}


def _place(index: Any) -> int | None:
    if isinstance(index, int) or index is None:
        return index
    try:
        return int(index)
    except (TypeError, ValueError):
        return None


def _word(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _fragment(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments, ensure_ascii=False)


def _take_usage(gatherer: ReplyGatherer, reported: Any) -> None:
    """Take a report; of several the highest metrics count, as they grow, and what is no number of tokens does not."""
    if not isinstance(reported, dict):
        return
    usage = _read_usage(cast("dict[str, Any]", reported))
    before = gatherer.usage
    if before is not None:
        usage = TokenUsage(
            input_tokens=max(before.input_tokens, usage.input_tokens),
            output_tokens=max(before.output_tokens, usage.output_tokens),
            cached_input_tokens=max(before.cached_input_tokens, usage.cached_input_tokens),
            reasoning_tokens=max(before.reasoning_tokens, usage.reasoning_tokens),
        )
    if usage.input_tokens or usage.output_tokens:
        gatherer.usage = usage


def _read_usage(reported: dict[str, Any]) -> TokenUsage:
    given = _details(reported.get("prompt_tokens_details"))
    made = _details(reported.get("completion_tokens_details"))
    return TokenUsage(
        input_tokens=_count(reported.get("prompt_tokens", reported.get("input_tokens"))),
        output_tokens=_count(reported.get("completion_tokens", reported.get("output_tokens"))),
        cached_input_tokens=_count(given.get("cached_tokens")),
        reasoning_tokens=_count(made.get("reasoning_tokens")),
    )


def _details(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    if type(value) is not int:
        try:
            value = 0 if isinstance(value, bool) else int(value or 0)
        except (OverflowError, TypeError, ValueError):
            value = 0
    return value if 0 <= value <= _MOST_TOKENS else 0
