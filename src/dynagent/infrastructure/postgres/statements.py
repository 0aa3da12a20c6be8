"""Running SQL in a session: driver errors become the domain's, pages are cut, search texts are taken literally.

The first statement of a transaction begins it, through SQLAlchemy; those after it go to the session's own asyncpg
connection, past SQLAlchemy's execution: a statement then costs 0.03 ms CPU instead of 0.1 ms.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.paging import MAX_COUNTED, Page, PageRequest
from dynagent.infrastructure.postgres.errors import DRIVER_ERRORS, translated
from dynagent.infrastructure.postgres.kit.pages import TOTAL, cut, needs_count, part_of
from dynagent.infrastructure.postgres.kit.session import row_of
from dynagent.infrastructure.postgres.pool import Connection, Row

T = TypeVar("T")
_NAMED = re.compile(r"(?<![:\w\\]):([a-z_]+)(?!:)")
_CONNECTION = "asyncpg connection"


def sql(statement: str, **parts: str) -> TextClause:
    """Return a statement with its `{named}` parts, constants of the code: a table's columns, another statement."""
    for name, part in parts.items():
        statement = statement.replace(f"{{{name}}}", part)
    return text(statement)


async def run(session: AsyncSession, statement: TextClause, **parameters: Any) -> Sequence[Row]:
    """Run a statement and return its rows. Raises the domain's error where the driver's has a meaning to it."""
    query, names = positional(statement.text)
    return await send(session, query, tuple(parameters[name] for name in names))


async def send(session: AsyncSession, query: str, values: tuple[Any, ...]) -> Sequence[Row]:
    """Run a statement with `$1`, `$2` … and return its rows. Raises the domain's error as `run` does."""
    try:
        connection = session.info.get(_CONNECTION)
        return await (connection.fetch(query, *values) if connection else _begin(session, query, values))
    except DRIVER_ERRORS as error:
        raise translated(error) or error from error


async def fetch(session: AsyncSession, statement: TextClause, **parameters: Any) -> Sequence[Row]:
    """Run a statement and return its rows."""
    return await run(session, statement, **parameters)


async def fetch_one(session: AsyncSession, statement: TextClause, **parameters: Any) -> Row | None:
    """Run a statement and return its first row, None without one."""
    rows = await run(session, statement, **parameters)
    return rows[0] if rows else None


async def connection_of(session: AsyncSession) -> Connection:
    """Return the connection of the session's transaction; its errors are the driver's."""
    if _CONNECTION not in session.info:
        await _begin(session, "SELECT 1", ())
    return session.info[_CONNECTION]


def forget_connection(session: AsyncSession) -> None:
    """Note that the session's transaction has ended and its connection gone back; the next statement borrows anew."""
    session.info.pop(_CONNECTION, None)


async def fetch_page(
    session: AsyncSession,
    *,
    columns: str,
    table: str,
    conditions: Sequence[str],
    parameters: Mapping[str, Any],
    page: PageRequest,
    read: Callable[[Row], T],
) -> Page[T]:
    """Return a page by id, newest first, with the count of all that fit; one round trip unless the page is empty.

    `columns`, `table` and `conditions` are constants of the code; values go through `parameters`.
    """
    where = " AND ".join(conditions)
    asked = part_of(page)
    beyond = " AND id < :after" if "after" in asked else ""
    count = count_of(table, where)
    part = f"FROM {table} WHERE {where}{beyond} ORDER BY id DESC LIMIT :limit OFFSET :skip"
    if page.skip:
        # The rows that are skipped are read as ids only, from the index.
        part = f"FROM {table} WHERE id IN (SELECT id {part}) ORDER BY id DESC"
    rows = await fetch(session, text(f"SELECT {columns}, ({count}) AS {TOTAL} {part}"), **parameters, **asked)
    counted = await run(session, text(count), **parameters) if needs_count(page, rows) else ()
    return cut(page, rows, read, total=counted[0]["count"] if counted else 0)


def count_of(table: str, where: str) -> str:
    """Return the query of how many rows of a table fit, one more than MAX_COUNTED at most.

    In order: whoever reads the table from its beginning may meet thousands of others' rows first.
    """
    return f"SELECT count(*) FROM (SELECT FROM {table} WHERE {where} ORDER BY id DESC LIMIT {MAX_COUNTED + 1}) AS part"  # noqa: S608


@lru_cache(maxsize=1024)
def positional(statement: str) -> tuple[str, tuple[str, ...]]:
    """Return the statement with `$1` for the first name, and the names in that order."""
    names = tuple(dict.fromkeys(_NAMED.findall(statement)))
    return _NAMED.sub(lambda match: f"${names.index(match[1]) + 1}", statement), names


async def _begin(session: AsyncSession, query: str, values: tuple[Any, ...]) -> Sequence[Row]:
    """Run the first statement of a transaction, which SQLAlchemy begins with it, and note the connection."""
    connection = await session.connection()
    found = await connection.exec_driver_sql(query, values)
    rows = [row_of(row) for row in found.mappings()] if found.returns_rows else list[Row]()
    session.info[_CONNECTION] = (await connection.get_raw_connection()).driver_connection
    return rows
