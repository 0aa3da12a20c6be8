"""How much a user may store."""

import pytest

from dynagent.core.files import FileLimits, FileTooLarge, FileUsage, QuotaExceeded, TooManyFiles, TypeNotAllowed

LIMITS = FileLimits(
    max_file_bytes=100,
    max_user_bytes=250,
    max_user_files=3,
    max_user_uploads=2,
    part_bytes=10,
    allowed_types=("text/*", "image/png"),
)


def test_the_next_file_has_the_room_that_is_left_but_no_more_than_one_may_have() -> None:
    assert LIMITS.room(FileUsage(0, 0)) == 100
    assert LIMITS.room(FileUsage(2, 200)) == 50


def test_what_is_too_large_too_much_or_too_many_is_refused_with_the_bounds() -> None:
    with pytest.raises(FileTooLarge) as large:
        LIMITS.check(101, FileUsage(0, 0))
    with pytest.raises(QuotaExceeded) as full:
        LIMITS.check(51, FileUsage(2, 200))
    with pytest.raises(TooManyFiles):
        LIMITS.check(1, FileUsage(3, 3))
    with pytest.raises(QuotaExceeded):
        LIMITS.room(FileUsage(1, 250))
    with pytest.raises(TooManyFiles):
        LIMITS.check_uploads(2)

    assert (large.value.extra, full.value.extra) == ({"limit": 100}, {"limit": 250, "used": 200})


def test_types_are_taken_by_pattern() -> None:
    LIMITS.check_type("text/csv")
    LIMITS.check_type("image/png")
    with pytest.raises(TypeNotAllowed):
        LIMITS.check_type("image/jpeg")
