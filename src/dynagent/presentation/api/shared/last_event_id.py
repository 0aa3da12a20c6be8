"""Where a client goes on reading a stream: its `Last-Event-ID`."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header

from dynagent.core.runs import MalformedEventId

_EVENT_ID = re.compile(r"(?:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}):)?([0-9]{1,18})")

LastEventIdHeader = Annotated[
    str | None,
    Header(max_length=200, description="Resume strictly after this event; absent, empty or -1: from the start."),
]


@dataclass(frozen=True, slots=True)
class LastEventId:
    """Where a client stopped reading: the seq, and the execution when the id named it."""

    seq: int
    execution_id: str | None = None


def read_last_event_id(text: str | None) -> LastEventId | None:
    """Return what a `Last-Event-ID` says; None for absent, empty and `-1`: from the start.

    Raises MalformedEventId unless it is `<execution_id>:<seq>` or `<seq>`.
    """
    text = (text or "").strip()
    if text in ("", "-1"):
        return None
    match = _EVENT_ID.fullmatch(text)
    if match is None:
        raise MalformedEventId("Last-Event-ID: expected <execution_id>:<seq>, as in the id: lines of the stream")
    return LastEventId(int(match[2]), match[1].lower() if match[1] else None)


def resume_after(last: LastEventId | None, execution_id: str) -> int:
    """Return the seq to go on after. Raises MalformedEventId when the id is one of another execution."""
    if last is None:
        return 0
    if last.execution_id not in (None, execution_id.lower()):
        raise MalformedEventId(f"Last-Event-ID: it belongs to the execution {last.execution_id}, not to this one")
    return last.seq
