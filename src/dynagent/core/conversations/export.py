"""A conversation as a file: JSON, a table (CSV) or a text to read (Markdown), made piece by piece."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Literal

from dynagent.core.conversations.entity import Conversation, Message

ExportFormat = Literal["json", "csv", "md"]
COLUMNS = ("id", "from_agent", "to_agent", "content", "timestamp", "iteration", "metadata")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def shown(message: Message) -> dict[str, Any]:
    """Return a message as it is shown everywhere; times in seconds since the epoch."""
    return {
        "id": message.id,
        "from_agent": message.from_agent,
        "to_agent": message.to_agent,
        "content": message.content,
        "timestamp": message.at.timestamp(),
        "iteration": message.iteration,
        "metadata": message.metadata,
    }


def opening(conversation: Conversation, form: ExportFormat) -> str:
    """Return what a file begins with."""
    if form == "json":
        about = {"id": conversation.key, "participants": conversation.participants, "status": conversation.status}
        return json.dumps(about, ensure_ascii=False)[:-1] + ', "messages": ['
    if form == "csv":
        return _row(COLUMNS)
    return f"# {conversation.first_agent} and {conversation.second_agent}\n"


def part(messages: Sequence[Message], form: ExportFormat, *, first: bool) -> str:
    """Return some messages as they stand in a file; `first` says that none come before them."""
    if form == "json":
        texts = [json.dumps(shown(message), ensure_ascii=False) for message in messages]
        return ("" if first or not texts else ",\n") + ",\n".join(texts)
    if form == "csv":
        return "".join(_row([_cell(shown(message)[column]) for column in COLUMNS]) for message in messages)
    return "".join(_paragraph(message) for message in messages)


def closing(form: ExportFormat) -> str:
    """Return what a file ends with."""
    return "]}\n" if form == "json" else ""


def _row(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # A table calculator would take an agent's text for a formula and run it.
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _paragraph(message: Message) -> str:
    head = f"{message.from_agent} → {message.to_agent}, {message.at.isoformat(timespec='seconds')}"
    quoted = "\n".join(f"> {line}" for line in message.content.splitlines() or [""])
    return f"\n## {head} (iteration {message.iteration})\n\n{quoted}\n"
