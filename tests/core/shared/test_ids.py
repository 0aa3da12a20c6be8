"""Identifiers: version 7, never backwards, told from other texts."""

import threading
import time
import uuid

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.shared.ids import is_id, new_id

# The same in every process: tests are named after their parameters, and xdist compares the names.
AN_ID = "01a1fc26-f354-72c8-951c-87dc491a3426"


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1000


def test_later_ids_sort_later() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_a_clock_that_goes_back_does_not_take_the_ids_along() -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        first = new_id()
    with time_machine.travel("2026-11-21T11:00:00Z", tick=False):
        assert new_id() > first


def test_threads_get_ids_of_their_own() -> None:
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.extend(new_id() for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 4000


@pytest.mark.parametrize("text", [str(uuid.UUID(int=5)), AN_ID, AN_ID.upper()])
def test_canonical_texts_are_ids(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "x", AN_ID.replace("-", ""), f"{{{AN_ID}}}", f"urn:uuid:{AN_ID}", AN_ID + " "])
def test_other_spellings_are_not(text: str) -> None:
    assert not is_id(text)


@given(st.text(max_size=50))
def test_any_text_is_answered(text: str) -> None:
    assert not is_id(text) or len(text) == 36
