"""What a request asks of the scripted model: markers read, tools chosen, arguments made from their JSON Schemas."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

_MARKER = re.compile(r"\[\[(\w+)(?:=([^\]]*))?\]\]")
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


@dataclass(frozen=True, slots=True)
class Call:
    """One scripted tool call; `arguments` is JSON text, broken on demand."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: pieces of text or tool calls, and how the wire should behave."""

    pieces: list[str] = field(default_factory=list[str])
    calls: list[Call] = field(default_factory=list[Call])
    latency_s: float = 0.0
    token_delay_s: float = 0.0
    crlf: bool = False
    usage: bool = True


def read_markers(text: str) -> dict[str, str]:
    """Return the markers of a message: name → value (empty without one)."""
    return {match[1]: match[2] or "" for match in _MARKER.finditer(text)} if "[[" in text else {}


def last_user(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """Return the last user message's text and the number of tool rounds that came after it."""
    rounds = 0
    for message in reversed(messages):
        if message.get("role") == "user":
            return _text(message.get("content")), rounds
        rounds += 1 if message.get("tool_calls") else 0
    return "", rounds


def plan(text: str, markers: dict[str, str], rounds: int, tools: list[dict[str, Any]]) -> Reply:
    """Return the reply to a request; `tools` are `{name, parameters}`, empty when none may be called."""
    calls: list[Call] = []
    wanted = int(markers.get("tools") or (1 if "parallel" in markers or "badjson" in markers else 0))
    if tools and (rounds < wanted or "loop" in markers):
        calls = _calls(markers, rounds, tools)
    return Reply(
        pieces=[] if calls else _pieces(text, markers),
        calls=calls,
        latency_s=float(markers.get("latency") or 0),
        token_delay_s=float(markers.get("token_delay") or 0),
        crlf="crlf" in markers,
        usage="nousage" not in markers,
    )


def example(schema: dict[str, Any], name: str = "", ordinal: int = 0) -> Any:
    """Return a value that fits a JSON Schema: default, enum's first, the smallest allowed, or something plain."""
    if "default" in schema:
        return schema["default"]
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            return example(schema[union][0], name, ordinal)
    if schema.get("enum"):
        return schema["enum"][0]
    given: Any = schema.get("type", "string")
    kind: str = given if isinstance(given, str) else given[0]
    if kind == "object":
        required: list[str] = schema.get("required", [])
        return {key: example(schema["properties"].get(key, {}), key, ordinal) for key in required}
    if kind == "array":
        return [example(schema.get("items", {}), name, ordinal)] * max(1, int(schema.get("minItems", 1)))
    if kind in ("integer", "number"):
        return schema.get("minimum", ordinal + 1)
    return {"boolean": True, "null": None}.get(kind, _word(name, ordinal))


def _word(name: str, ordinal: int) -> str:
    if "expression" in name:
        return f"{ordinal + 6}*7"
    return "http://127.0.0.1/" if "url" in name else f"{WORDS[ordinal % 8]} {ordinal + 1}"


def _calls(markers: dict[str, str], rounds: int, tools: list[dict[str, Any]]) -> list[Call]:
    listed: list[dict[str, Any]] = (
        [tool for tool in tools if tool["name"] == markers["tool"]] if "tool" in markers else tools
    )
    if "call" in markers:  # a tool that was not offered
        listed = [{"name": markers["call"]}]
    calls: list[Call] = []
    width = int(markers.get("parallel") or 1)
    for index in range(width):
        ordinal = rounds * width + index
        tool = listed[ordinal % len(listed)]
        text = json.dumps(example(tool.get("parameters") or {"type": "object"}, ordinal=ordinal))
        if "badjson" in markers:
            text = '{"expression": "6*'
        calls.append(Call(f"call_{rounds}_{index}", tool["name"], text))
    return calls


def _pieces(text: str, markers: dict[str, str]) -> list[str]:
    if "tokens" in markers:
        return [f"{WORDS[i % 8]} " for i in range(int(markers["tokens"]))]
    if "long" in markers:
        size = int(markers["long"])
        return ["x" * min(1000, size - start) for start in range(0, size, 1000)]
    words = (markers.get("say") or "Scripted answer to: " + _MARKER.sub("", text).strip()).split(" ")
    pieces = [word if i == 0 else " " + word for i, word in enumerate(words)]
    if "nul" in markers:
        pieces.append(" a\x00b")
    if "surrogate" in markers:
        pieces.append(" c\ud800d")
    return pieces


def _text(content: Any) -> str:
    if isinstance(content, str) or not content:
        return content or ""
    parts: list[dict[str, Any]] = content
    return "".join(part.get("text", "") for part in parts)
