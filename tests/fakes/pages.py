"""Pages cut from lists, as the repositories cut them from tables."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from dynagent.core.shared.paging import Page, PageRequest, write_cursor

T = TypeVar("T")


def page_of(items: Sequence[T], wanted: PageRequest, id_of: Callable[[T], str]) -> Page[T]:
    """Return a part of the items, newest (largest id) first."""
    ordered = sorted(items, key=id_of, reverse=True)
    after = wanted.after_id()
    rest = [item for item in ordered if after is None or id_of(item) < after][wanted.skip :]
    part = rest[: wanted.limit]
    more = len(rest) > len(part)
    return Page(
        items=part,
        total=len(ordered),
        skip=wanted.skip,
        limit=wanted.limit,
        next_cursor=write_cursor(id_of(part[-1])) if more else None,
    )
