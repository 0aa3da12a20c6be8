"""The lines of a trace that people read, taken from stored events."""

import json
from collections.abc import Iterable

from dynagent.core.runs import Frame

_HAS_LINE = b'"line":'


def lines_of(frames: Iterable[Frame]) -> list[str]:
    """Return the `line` of every tool event in the frames, and of every detail; others are not even parsed."""
    events = (json.loads(frame.payload) for frame in frames if _HAS_LINE in frame.payload)
    return [event["line"] for event in events if event["type"] in ("tool_start", "tool_end", "detail")]
