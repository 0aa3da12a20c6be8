"""The trace as a person reads it: one line per tool call and result."""

import json
from itertools import takewhile
from typing import Any, cast

MAX_VALUE = 300


def call_line(tool: str, arguments: dict[str, Any]) -> str:
    """Return `▶ calculator(expression="23*19")`: arguments as JSON, each cut at 300 characters."""
    listed = ", ".join(f"{name}={_cut(_shown(value))}" for name, value in arguments.items())
    return f"▶ {tool}({listed})"


def result_line(result: Any) -> str:
    """Return `✔ Result: 437` for a value; a text of several words stands alone after the check mark."""
    if isinstance(result, str):
        text = _cut(result)
        return f"✔ {text}" if " " in text.strip() else f"✔ Result: {text}"
    return f"✔ Result: {_cut(_shown(result))}"


def failure_line(code: str, message: str, line: int | None = None) -> str:
    """Return `✘ timeout: the call took longer than 5 s`; with the line of the source `✘ tool_error: x (line 8)`."""
    return f"✘ {code}: {_cut(message)}" + (f" (line {line})" if line else "")


def _shown(value: Any) -> str:
    return json.dumps(_beginning(value, [MAX_VALUE]), ensure_ascii=False, default=str)


def _beginning(value: Any, left: list[int]) -> Any:
    """Return as much of a value as a line can show: writing megabytes as JSON for it would keep everybody waiting.

    `left` counts down the parts, each of which has a character at least.
    """
    left[0] -= 1
    if isinstance(value, str):
        return value[:MAX_VALUE]
    if isinstance(value, dict):
        fields = takewhile(lambda _: left[0] >= 0, cast("dict[str, Any]", value).items())
        return {name[:MAX_VALUE]: _beginning(item, left) for name, item in fields}
    if isinstance(value, (list, tuple)):
        items = takewhile(lambda _: left[0] >= 0, cast("list[Any]", value))
        return [_beginning(item, left) for item in items]
    return value


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
