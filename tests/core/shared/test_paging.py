"""Pages and cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import DEFAULT_LIMIT, MAX_LIMIT, MAX_SKIP, Page, PageRequest, read_cursor, write_cursor


@given(st.uuids().map(str))
def test_a_cursor_is_read_back(id: str) -> None:
    cursor = write_cursor(id)
    assert "=" not in cursor
    assert read_cursor(cursor) == id
    assert PageRequest(cursor=cursor).after_id() == id


@given(st.text(max_size=80))
def test_a_forged_cursor_is_refused(text: str) -> None:
    try:
        assert is_id(read_cursor(text))
    except MalformedInput as refusal:
        assert "cursor" in refusal.detail


# The same in every process: tests are named after their parameters, and xdist compares the names.
AN_ID = "01a1fc26-f354-72c8-951c-87dc491a3426"


@pytest.mark.parametrize("cursor", ["", "a", "!!!!", "äöü", "bm90IGFuIGlk", AN_ID, write_cursor(AN_ID)[:-4]])
def test_these_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(MalformedInput):
        PageRequest(cursor=cursor).after_id()


def test_defaults_and_bounds() -> None:
    request = PageRequest()
    assert (request.limit, request.skip, request.after_id()) == (DEFAULT_LIMIT, 0, None)
    assert PageRequest(limit=MAX_LIMIT, skip=MAX_SKIP).limit == MAX_LIMIT
    for fields in ({"limit": 0}, {"limit": MAX_LIMIT + 1}, {"skip": -1}, {"skip": MAX_SKIP + 1}):
        with pytest.raises(ValidationError):
            PageRequest.model_validate(fields)


def test_a_page_is_a_value() -> None:
    page = Page[int](items=[3, 2], total=5, skip=0, limit=2, next_cursor="c")
    assert Page[int].model_validate_json(page.model_dump_json()) == page
