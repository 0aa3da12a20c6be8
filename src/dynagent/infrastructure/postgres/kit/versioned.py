"""A noun's table that keeps every version: a row per version in a second table, written by the same statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.base import Executable

from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.session import rows
from dynagent.infrastructure.postgres.pool import Row

E = TypeVar("E", bound=BaseModel)
V = TypeVar("V", bound=BaseModel)
MAX_VERSION = 2**31 - 1


def _nothing() -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class History(Generic[V]):
    """Where versions are kept: `of` is the column with the entity's id, `taken` says version's column → entity's column
    where the names differ. `body` is the entity's column that must be the same for the same version.
    """

    mapping: TableMapping[V]
    of: str
    body: str
    taken: Mapping[str, str] = field(default_factory=_nothing)

    def source(self, column: str) -> str:
        """Return the entity's column that a column of a version is copied from."""
        return "id" if column == self.of else self.taken.get(column, column)


class VersionedTable(OwnedTable[E], Generic[E, V]):
    """An owned table with a history; an update stores the next version, or another state of the same one."""

    history: ClassVar[History[Any]]

    async def versions(self, id: str, page: PageRequest) -> Page[V]:
        """Return the versions of an entity, newest first (skip and limit only); they are counted without gaps."""
        query = self._versions_of(id).order_by(self.history.mapping.table.c.version.desc())
        found = await rows(self._session, query.offset(page.skip).limit(page.limit)) if is_id(id) else list[Row]()
        current = None if found else await self.get_by_id(id)
        total: int = found[0]["latest"] if found else getattr(current, "version", 0)
        items = [self.history.mapping.read(row) for row in found]
        return Page(items=items, total=total, skip=page.skip, limit=page.limit)

    async def get_version(self, id: str, version: int) -> V | None:
        """Return one version, or None."""
        if not is_id(id) or not 0 < version <= MAX_VERSION:
            return None
        found = await rows(self._session, self._versions_of(id).where(self.history.mapping.table.c.version == version))
        return self.history.mapping.read(found[0]) if found else None

    def inserted(self, row: dict[str, Any]) -> Executable:
        """Return the statement that adds a row and its first version."""
        added = sa.insert(self.mapping.table).values(row).returning(*self._cached()).cte("stored")
        return self._into_history(added).returning(self.history.mapping.table.c.version)

    def updated(self, row: dict[str, Any], changes: dict[str, Any]) -> Executable:
        """Return the statement that stores the changes with their version and gives back a row if it did."""
        change = sa.update(self.mapping.table).where(self._columns.id == row["id"], self.writable(), self.follows(row))
        stored = change.values(changes).returning(*self._cached()).cte("stored")
        cached = self._into_history(stored).on_conflict_do_nothing().cte("kept")
        return sa.select(stored.c.version).add_cte(cached)

    def follows(self, row: dict[str, Any]) -> sa.ColumnElement[bool]:
        """Say that the stored version is the one before, or the same with the same body."""
        body = self.history.body
        same = sa.and_(self._columns.version == row["version"], self._columns[body] == row[body])
        return sa.or_(super().follows(row), same)

    def _cached(self) -> list[sa.ColumnElement[Any]]:
        sources = [self.history.source(column.name) for column in self.history.mapping.table.c]
        return [self._columns[name] for name in sources]

    def _into_history(self, stored: sa.CTE) -> Any:
        table = self.history.mapping.table
        names = [column.name for column in table.c]
        return insert(table).from_select(names, sa.select(*(stored.c[self.history.source(name)] for name in names)))

    def _versions_of(self, id: str) -> sa.Select[Any]:
        versions, table = self.history.mapping.table, self.mapping.table
        joined = versions.join(table, table.c.id == versions.c[self.history.of])
        query = sa.select(versions, table.c.version.label("latest")).select_from(joined)
        return query.where(table.c.id == id, self.visible())
