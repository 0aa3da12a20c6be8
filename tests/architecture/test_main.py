"""The composition root composes and does nothing else; what a noun brings is its own affair, and short."""

from tests.architecture.source import SRC

MAIN = 700
NOUN = 100


def test_main_is_small_enough_to_be_read_at_once() -> None:
    lines = sum(len(file.read_text().splitlines()) for file in (SRC / "main").glob("*.py"))

    assert 0 < lines <= MAIN


def test_a_noun_says_what_it_brings_on_a_page() -> None:
    nouns = {file.name: len(file.read_text().splitlines()) for file in (SRC / "main" / "nouns").glob("*.py")}

    assert {name: lines for name, lines in nouns.items() if lines > NOUN} == {}
