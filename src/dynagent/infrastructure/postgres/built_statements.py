"""Running statements that SQLAlchemy builds, as `statements.py` does for texts: driver errors become the domain's."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import Executable

from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.errors import translated

T = TypeVar("T")


async def execute(session: AsyncSession, statement: Executable) -> sa.Result[Any]:
    """Run a statement. Raises the domain's error where the driver's has a meaning to it."""
    try:
        return await session.execute(statement)
    except (SQLAlchemyError, OSError, UnicodeError) as error:
        raise translated(error) or error from error


async def page_of(
    session: AsyncSession,
    query: sa.Select[Any],
    *,
    id: sa.ColumnElement[Any],
    page: PageRequest,
    read: Callable[[Any], T],
) -> Page[T]:
    """Return a page of a query by id, newest first, with the count of all that fit."""
    total = (await execute(session, sa.select(sa.func.count()).select_from(query.subquery()))).scalar_one()
    after = page.after_id()
    part = query if after is None else query.where(id < after)
    found = await execute(session, part.order_by(id.desc()).offset(page.skip).limit(page.limit + 1))
    rows = found.mappings().all()
    shown = rows[: page.limit]
    return Page(
        items=[read(row) for row in shown],
        total=total,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if len(rows) > page.limit else None,
    )
