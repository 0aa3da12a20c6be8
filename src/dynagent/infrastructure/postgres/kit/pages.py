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
    part = query.add_columns(counted(query, id).scalar_subquery().correlate(None).label(TOTAL))
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
    page: PageRequest, found: Sequence[Row], read: Callable[[Row], T], *, total: int = 0, length: int | None = None
) -> Page[T]:
    """Return the page of the rows that its query found; `total` counts when there is none, `length` always."""
    shown = found[: page.limit]
    more = len(found) > page.limit
    seen = page.skip + len(shown) if shown else 0
    counted = total if length is not None or not found else found[0][TOTAL]
    total, exact = (length, True) if length is not None else total_of(counted, seen=seen, more=more)
    return Page(
        items=[read(row) for row in shown],
        total=total,
        total_is_exact=exact,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if more else None,
    )


def has_words(words: str) -> bool:
    """Say whether the index of parts of words (`dyn_infixes`) can narrow down a search for this text."""
    return _BETWEEN_WORDS.fullmatch(words) is None


def pattern(words: str) -> str:
    """Return the LIKE pattern that finds a text literally (escape character: backslash)."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
