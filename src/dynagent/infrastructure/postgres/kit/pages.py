"""Pages of a query by id, newest first: continued after a key, or after a number of rows."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.kit.session import execute, rows

T = TypeVar("T")
_TOTAL = "total_of_page"


async def page_of(
    session: AsyncSession,
    query: sa.Select[Any],
    *,
    id: sa.ColumnElement[Any],
    page: PageRequest,
    read: Callable[[Any], T],
) -> Page[T]:
    """Return a page of a query with the count of all that fit; one round trip unless the page is empty."""
    after = page.after_id()
    count = query.with_only_columns(sa.func.count(), maintain_column_froms=True)
    part = query.add_columns(count.scalar_subquery().correlate(None).label(_TOTAL))
    part = part if after is None else part.where(id < after)
    found = await rows(session, part.order_by(id.desc()).offset(page.skip).limit(page.limit + 1))
    if found:
        total = found[0][_TOTAL]
    else:
        first_page = after is None and page.skip == 0
        total = 0 if first_page else (await execute(session, count)).scalar_one()
    shown = [{name: value for name, value in row.items() if name != _TOTAL} for row in found[: page.limit]]
    return Page(
        items=[read(row) for row in shown],
        total=total,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if len(found) > page.limit else None,
    )


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds a text, taken literally, in any case."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%")
