"""Text made storable: nothing but NUL and lone surrogates changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.shared.text import MAX_JSON_DEPTH, REPLACEMENT, clean_json, clean_text, has_unstorable

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned) == cleaned
    assert has_unstorable(text) == (cleaned != text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_storable_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) is text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
        ("\udc00x", "\ufffdx"),
        ("x\ud800y\udfffz", "x\ufffdy\ufffdz"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffa\ud800", "\ufeffa\ufffd"),
        ("😀\ud800😀", "😀\ufffd😀"),
        ("", ""),
    ],
)
def test_texts(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_cleaned_json_can_be_stored(value: Any) -> None:
    cleaned = clean_json(value)
    json.dumps(cleaned, ensure_ascii=False).encode()
    assert clean_json(cleaned) == cleaned


def test_keys_and_tuples_are_cleaned_too() -> None:
    assert clean_json({"a\x00": ("b\ud800", 1)}) == {"a\ufffd": ["b\ufffd", 1]}


@pytest.mark.parametrize("depth", [10, MAX_JSON_DEPTH - 1, MAX_JSON_DEPTH, 5000])
def test_depth_has_an_end(depth: int) -> None:
    value: Any = "leaf"
    for _ in range(depth):
        value = [value]
    cleaned = clean_json(value)
    for _ in range(min(depth, MAX_JSON_DEPTH)):
        (cleaned,) = cleaned
    assert cleaned == ("leaf" if depth <= MAX_JSON_DEPTH else REPLACEMENT)
