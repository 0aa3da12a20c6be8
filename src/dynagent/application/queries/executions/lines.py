"""The lines of a trace that people read, taken from stored events."""

import json
import re
from collections.abc import Iterable
from typing import Any

from dynagent.core.runs import Frame
from dynagent.core.shared.turns import LARGE

_HAS_LINE = b'"line":'
_OF_TOOL = re.compile(rb'\{"type":"(tool_start|tool_end)",')


def lines_of(frames: Iterable[Frame]) -> list[str]:
    """Return the `line` of every tool event in the frames, and of every detail; others are not even parsed."""
    events = (_event(frame.payload) for frame in frames if _HAS_LINE in frame.payload)
    return [event["line"] for event in events if event["type"] in ("tool_start", "tool_end", "detail")]


def _event(payload: bytes) -> dict[str, Any]:
    """Return an event's fields; of a large one about a tool only its type and its last one, which is the line."""
    kind = _OF_TOOL.match(payload) if len(payload) >= LARGE else None
    if kind is None:
        return json.loads(payload)
    return {"type": kind[1].decode(), **json.loads(b"{" + payload[payload.rindex(_HAS_LINE) :])}
