"""Pages of a log are bounded by bytes."""

from dynagent.core.runs import PageSize
from dynagent.core.runs.page_size import FIRST_LIMIT, PAGE_BYTES


def test_small_events_are_read_in_larger_and_larger_pages() -> None:
    size = PageSize(most=1000)
    limits = []
    for _ in range(5):
        limits.append(size.limit)
        size.took(size.limit * 100, size.limit)

    assert limits == [FIRST_LIMIT, 64, 256, 1000, 1000]


def test_large_events_are_read_a_few_at_a_time_and_huge_ones_singly() -> None:
    size = PageSize(most=1000)
    size.took(FIRST_LIMIT * 100_000, FIRST_LIMIT)
    assert size.limit == PAGE_BYTES // 100_000

    size.took(30_000_000, 2)
    assert size.limit == 1


def test_an_empty_page_changes_little() -> None:
    size = PageSize(most=10)
    size.took(0, 0)
    assert size.limit >= 1
