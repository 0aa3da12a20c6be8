"""The trace as a person reads it."""

import json
from typing import Any

import pytest

from dynagent.core.runs import call_line, failure_line, result_line
from dynagent.core.runs.lines import MAX_VALUE


def test_the_demos_four_lines() -> None:
    assert call_line("calculator", {"expression": "23*19"}) == '▶ calculator(expression="23*19")'
    assert result_line(437) == "✔ Result: 437"
    assert call_line("chatbot", {"query": "Explain 437 in one sentence."}) == (
        '▶ chatbot(query="Explain 437 in one sentence.")'
    )
    assert result_line("437 is the product of 23 and 19.") == "✔ 437 is the product of 23 and 19."


@pytest.mark.parametrize(
    ("result", "line"),
    [
        ("437", "✔ Result: 437"),
        ("", "✔ Result: "),
        (" x ", "✔ Result:  x "),
        (None, "✔ Result: null"),
        (True, "✔ Result: true"),
        ({"a": [1, "ä"]}, '✔ Result: {"a": [1, "ä"]}'),
    ],
)
def test_results(result: Any, line: str) -> None:
    assert result_line(result) == line


def test_several_arguments_and_none() -> None:
    assert call_line("t", {}) == "▶ t()"
    assert call_line("t", {"a": 1, "b": [True], "c": "ö"}) == '▶ t(a=1, b=[true], c="ö")'


def test_long_values_are_cut() -> None:
    long = "x" * 1000
    for line in (call_line("t", {"a": long}), result_line(long), result_line([long]), failure_line("c", long)):
        assert line.rstrip(")").endswith("…")
        assert len(line) <= MAX_VALUE + 20


def test_failures() -> None:
    assert failure_line("timeout", "the call took longer than 5 s") == "✘ timeout: the call took longer than 5 s"


def test_a_long_text_is_cut_as_if_all_of_it_had_been_written() -> None:
    for text in ('"' * 400, "x" * 299, "x" * 298, "ü\n" * 200, "a" * 2_000_000):
        whole = json.dumps(text, ensure_ascii=False)
        shown = whole if len(whole) <= 300 else whole[:299] + "…"
        assert call_line("say", {"text": text}) == f"▶ say(text={shown})"
