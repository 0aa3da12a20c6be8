"""Running SQL in a session: driver errors become the domain's, pages are cut, search texts are taken literally."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.errors import translated

T = TypeVar("T")
Row = Mapping[str, Any]


def sql(statement: str, *, columns: str) -> TextClause:
    """Return a statement with a table's columns, a constant of the code, in the place of `{columns}`."""
    return text(statement.replace("{columns}", columns))


async def run(session: AsyncSession, statement: TextClause, **parameters: Any) -> CursorResult[Any]:
    """Run a statement. Raises the domain's error where the driver's has a meaning to it."""
    try:
        result = await session.execute(statement, parameters)
    except (SQLAlchemyError, OSError, UnicodeError) as error:
        raise translated(error) or error from error
    assert isinstance(result, CursorResult)
    return result


async def fetch(session: AsyncSession, statement: TextClause, **parameters: Any) -> Sequence[Row]:
    """Run a statement and return its rows."""
    return cast("Sequence[Row]", (await run(session, statement, **parameters)).mappings().all())


async def fetch_one(session: AsyncSession, statement: TextClause, **parameters: Any) -> Row | None:
    """Run a statement and return its first row, None without one."""
    return cast("Row | None", (await run(session, statement, **parameters)).mappings().first())


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
    after = page.after_id()
    beyond = " AND id < :after" if after else ""
    count = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - constants of the code
    rows = await fetch(
        session,
        text(
            f"SELECT {columns}, ({count}) AS total FROM {table} WHERE {where}{beyond} "  # noqa: S608 - as above
            "ORDER BY id DESC LIMIT :limit OFFSET :skip"
        ),
        **parameters,
        **({"after": after} if after else {}),
        limit=page.limit + 1,
        skip=page.skip,
    )
    if rows:
        total = rows[0]["total"]
    else:
        first_page = after is None and page.skip == 0
        total = 0 if first_page else (await run(session, text(count), **parameters)).scalar_one()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(
        items=[read(row) for row in shown],
        total=total,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if more else None,
    )


def contains(words: str) -> str:
    """Return the LIKE pattern that finds a text literally (escape character: backslash)."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def ids_only(ids: Sequence[str]) -> list[str]:
    """Return those texts that can be an id at all; PostgreSQL refuses the others as uuid."""
    return [id for id in ids if is_id(id)]
