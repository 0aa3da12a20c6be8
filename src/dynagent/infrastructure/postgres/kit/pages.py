"""Pages of a query by id, newest first: continued after a key, or after a number of rows.

No page costs more in a long list: rows that are skipped are read from the index alone, and counting ends at a bound.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.paging import MAX_COUNTED, Page, PageRequest, total_of, write_cursor
from dynagent.infrastructure.postgres.kit.metadata import ID
from dynagent.infrastructure.postgres.kit.session import execute, rows
from dynagent.infrastructure.postgres.pool import Row

T = TypeVar("T")
# What `dyn_contained` splits a text at.
_BETWEEN_WORDS = re.compile(r"[\x01-/:-@\[-`{-\xa0\u2000-\u206f\u3000-\u303f]*")
TOTAL = "total_of_page"
"""The column of a page's rows that has the count of all that fit."""

GLANCE = 500
"""So many rows of a list a search looks at before it asks an index, which finds all before it gives the first."""

_SKIP, _LIMIT = sa.bindparam("skip", type_=sa.Integer), sa.bindparam("limit", type_=sa.Integer)


async def page_of(
    session: AsyncSession,
    query: sa.Select[Any],
    *,
    id: sa.ColumnElement[Any],
    page: PageRequest,
    read: Callable[[Any], T],
) -> Page[T]:
    """Return a page of a query with the count of all that fit; one round trip unless the page is empty."""
    asked = part_of(page)
    statement = with_total(query, id, continued="after" in asked, skipping=page.skip > 0)
    found = await rows(session, statement.params(asked))
    if needs_count(page, found):
        return cut(page, found, read, total=(await execute(session, counted(query, id))).scalar_one())
    return cut(page, found, lambda row: read({name: value for name, value in row.items() if name != TOTAL}))


def with_total(
    query: sa.Select[Any], id: sa.ColumnElement[Any], *, continued: bool, skipping: bool = False
) -> sa.Select[Any]:
    """Return the query of a part, each row with the count of all that fit; `part_of` gives its parameters."""
    total = counted(query, id).scalar_subquery().correlate(None).label(TOTAL)
    return part_with(query, id, total, continued=continued, skipping=skipping)


def part_with(
    query: sa.Select[Any], id: sa.ColumnElement[Any], *columns: sa.ColumnElement[Any], continued: bool, skipping: bool
) -> sa.Select[Any]:
    """Return the query of a part with further columns; `part_of` gives its parameters."""
    part = query.add_columns(*columns)
    beyond = (id < sa.bindparam("after", type_=ID),) if continued else ()
    if not skipping:
        return in_part(part.where(*beyond), id)
    # The rows that are skipped are read as ids only, from the index.
    shown = in_part(query.with_only_columns(id, maintain_column_froms=True).where(*beyond), id)
    return part.where(id.in_(shown.scalar_subquery().correlate(None))).order_by(id.desc())


def in_part(query: sa.Select[Any], id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the query of a part of the rows, newest first; its parameters are `skip` and `limit`."""
    return query.order_by(id.desc()).offset(_SKIP).limit(_LIMIT)


def read_backwards(query: sa.Select[Any], id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the query of a part of the rows, newest first, of which `skip` and `limit` count from the oldest on."""
    ids = query.with_only_columns(id, maintain_column_froms=True).order_by(id).offset(_SKIP).limit(_LIMIT)
    return query.where(id.in_(ids.scalar_subquery().correlate(None))).order_by(id.desc())


def glanced(
    query: sa.Select[Any], searched: sa.ColumnElement[bool], *, id: sa.ColumnElement[Any], order: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Return the query of how many of the first GLANCE rows of a list are what is searched for."""
    first = query.with_only_columns(id, maintain_column_froms=True).order_by(order).limit(GLANCE)
    found = query.with_only_columns(id, maintain_column_froms=True)
    found = found.where(id.in_(first.scalar_subquery().correlate(None)), searched)
    return sa.select(sa.func.count().label(TOTAL)).select_from(found.subquery())


def counted(query: sa.Select[Any], id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the query of how many rows a query has, one more than MAX_COUNTED at most.

    In order: whoever reads the table from its beginning may meet thousands of others' rows first.
    """
    some = query.with_only_columns(id, maintain_column_froms=True).order_by(id.desc()).limit(MAX_COUNTED + 1)
    return sa.select(sa.func.count().label(TOTAL)).select_from(some.subquery())


def part_of(page: PageRequest) -> dict[str, Any]:
    """Return the parameters of a page's query; a row more than shown says whether there are more."""
    after = page.after_id()
    return {"skip": page.skip, "limit": page.limit + 1} | ({} if after is None else {"after": after})


def needs_count(page: PageRequest, found: Sequence[Row]) -> bool:
    """Say whether the count must be asked for: no row came that tells it, but there may be some before these."""
    return not found and (page.cursor is not None or page.skip > 0)


def cut(
    page: PageRequest,
    found: Sequence[Row],
    read: Callable[[Row], T],
    *,
    total: int = 0,
    known: tuple[int, bool] | None = None,
) -> Page[T]:
    """Return the page of the rows that its query found; `total` counts when there is none.

    `known` says what is known of the list's length without the query: a number, and whether it is exact.
    """
    shown = found[: page.limit]
    more = len(found) > page.limit
    if known is None:
        counted = found[0][TOTAL] if found else total
        known = total_of(counted, seen=page.skip + len(shown) if shown else 0, more=more)
    return Page(
        items=[read(row) for row in shown],
        total=known[0],
        total_is_exact=known[1],
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if more else None,
    )


def at_least(least: int, page: PageRequest, found: Sequence[Row]) -> tuple[int, bool]:
    """Return the length of a list that was not counted, and whether it is exact; `found` has a row beyond the page."""
    seen = page.skip + len(found)
    if len(found) <= page.limit and page.cursor is None and (found or not page.skip):
        return seen, True
    return max(least, seen), False


def has_words(words: str) -> bool:
    """Say whether the index of parts of words (`dyn_infixes`) can narrow down a search for this text."""
    return _BETWEEN_WORDS.fullmatch(words) is None


def pattern(words: str) -> str:
    """Return the LIKE pattern that finds a text literally (escape character: backslash)."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
