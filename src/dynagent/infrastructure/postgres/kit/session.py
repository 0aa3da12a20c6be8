"""Running statements that SQLAlchemy builds: driver errors become the domain's."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import Executable

from dynagent.infrastructure.postgres.errors import translated
from dynagent.infrastructure.postgres.pool import Row


async def execute(session: AsyncSession, statement: Executable) -> sa.Result[Any]:
    """Run a statement. Raises the domain's error where the driver's has a meaning to it."""
    try:
        return await session.execute(statement)
    except (SQLAlchemyError, OSError, UnicodeError) as error:
        raise translated(error) or error from error


async def rows(session: AsyncSession, statement: Executable) -> list[Row]:
    """Run a statement and return its rows by the names of their columns."""
    return [row_of(item) for item in (await execute(session, statement)).mappings()]


async def first(session: AsyncSession, statement: Executable) -> Row | None:
    """Run a statement and return its first row, None without one."""
    found = (await execute(session, statement)).mappings().first()
    return None if found is None else row_of(found)


def row_of(found: sa.RowMapping) -> Row:
    """Return a row by the names of its columns; SQLAlchemy's type would have columns as keys too."""
    return cast("Row", found)


def text_of(statement: sa.ClauseElement) -> str:
    """Return a statement as asyncpg takes it, for the raw pool; its parameters are numbered as they appear."""
    return str(statement.compile(dialect=asyncpg_dialect()))
