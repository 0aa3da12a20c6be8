"""Conversations as files."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.conversations import Conversation, ExportFormat, Message, closing, opening, part

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
PAIR: dict[str, Any] = {"id": "i", "user_id": "u", "key": "A_B", "first_agent": "A", "second_agent": "B"}
CONVERSATION = Conversation(last_message_at=NOW, created_at=NOW, updated_at=NOW, **PAIR)


def message(seq: int, content: str) -> Message:
    about: dict[str, Any] = {"conversation": "A_B", "from_agent": "A", "to_agent": "B", "run_id": "r"}
    return Message(seq=seq, content=content, at=NOW, iteration=1, metadata={"confidence": 0.5}, **about)


def exported(form: ExportFormat, *pages: list[Message]) -> str:
    parts = [part(page, form, first=place == 0) for place, page in enumerate(pages)]
    return opening(CONVERSATION, form) + "".join(parts) + closing(form)


PAGES = ([message(1, 'Say "hi",\nplease'), message(2, "=1+1")], [message(3, "-")])


@pytest.mark.parametrize("pages", [(), PAGES])
def test_json_is_whole_however_many_pieces_it_is_made_of(pages: tuple[list[Message], ...]) -> None:
    found = json.loads(exported("json", *pages))
    assert (found["id"], found["participants"]) == ("A_B", ["A", "B"])
    assert [item["content"] for item in found["messages"]] == [one.content for page in pages for one in page]


def test_csv_has_a_row_for_each_message_and_no_formulas() -> None:
    head, *rows = list(csv.reader(io.StringIO(exported("csv", *PAGES), newline="")))
    assert head[:4] == ["id", "from_agent", "to_agent", "content"]
    assert [row[3] for row in rows] == ['Say "hi",\nplease', "'=1+1", "'-"]
    assert [float(row[4]) for row in rows] == [NOW.timestamp()] * 3


def test_markdown_quotes_what_was_said() -> None:
    text = exported("md", *PAGES)
    assert text.startswith("# A and B\n")
    assert '## A → B, 2026-01-01T12:30:00+00:00 (iteration 1)\n\n> Say "hi",\n> please\n' in text
