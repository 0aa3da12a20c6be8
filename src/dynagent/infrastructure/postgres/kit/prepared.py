"""Statements that SQLAlchemy builds and compiles once, and that the session's own asyncpg connection runs by text.

Building, hashing and executing one anew costs half a millisecond of CPU, running its text a tenth of that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler

from dynagent.infrastructure.postgres.kit.metadata import ID
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.statements import send


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as asyncpg takes it: its text, the names of `$1`, `$2` …, and the values that never change."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    async def fetch(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Row]:
        """Run it and return its rows as asyncpg reads them: ids are UUIDs."""
        return await send(session, self.text, self.arguments(values))

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of the statement, for connections that no session has."""
        known = {**self.constants, **values} if self.constants else values
        return tuple([known[name] for name in self.names])

    async def first(self, session: AsyncSession, values: Mapping[str, Any]) -> Row | None:
        """Run it and return its first row, None without one."""
        found = await self.fetch(session, values)
        return found[0] if found else None


@lru_cache(maxsize=1024)
def prepared(build: Callable[..., sa.ClauseElement], *parts: Any) -> Prepared:
    """Return what `build` makes of the parts, made once for each function and parts.

    Its parameters are `sa.bindparam`s. Values are as asyncpg takes them, JSON as text; constants within it too. What
    is one of many values is said with `= ANY`: `IN` has another text for each number of values.
    """
    compiled = cast("SQLCompiler", build(*parts).compile(dialect=asyncpg_dialect()))
    constants = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    return Prepared(str(compiled), tuple(compiled.positiontup or ()), constants)


def parameter(column: sa.Column[Any], name: str = "") -> sa.BindParameter[Any]:
    """Return the parameter for a value of a column, of the column's name unless another is given."""
    return sa.bindparam(name or column.name, type_=column.type)


OWNER = sa.bindparam("calling_user", type_=ID)
"""The parameter that every owned table has: whose rows they are. No column may have its name."""
