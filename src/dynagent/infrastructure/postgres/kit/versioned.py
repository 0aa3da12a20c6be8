"""A noun's table that keeps every version: a row per version in a second table, written by the same statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import insert

from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest, number_cursor
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.pages import in_part
from dynagent.infrastructure.postgres.kit.prepared import parameter
from dynagent.infrastructure.postgres.pool import Row

E = TypeVar("E", bound=BaseModel)
V = TypeVar("V", bound=BaseModel)
MAX_VERSION = 2**31 - 1
_ORDER = "version"


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
        """Return the versions of an entity, newest first; they are counted without gaps. Raises MalformedInput."""
        before = page.after_number(_ORDER)
        part = {"skip": page.skip, "limit": page.limit + 1, "before": MAX_VERSION if before is None else before}
        found = await self.rows(self.cached, id=id, **part) if is_id(id) else list[Row]()
        current = None if found else await self.get_by_id(id)
        total: int = found[0]["latest"] if found else getattr(current, "version", 0)
        shown = found[: page.limit]
        return Page(
            items=[self.history.mapping.read(row) for row in shown],
            total=total,
            skip=page.skip,
            limit=page.limit,
            next_cursor=number_cursor(shown[-1]["version"], order=_ORDER) if len(found) > page.limit else None,
        )

    async def get_version(self, id: str, version: int) -> V | None:
        """Return one version, or None."""
        if not is_id(id) or not 0 < version <= MAX_VERSION:
            return None
        found = await self.first(self.stored_version, id=id, version=version)
        return None if found is None else self.history.mapping.read(found)

    @classmethod
    def inserted(cls) -> sa.ClauseElement:
        """Return the statement that adds a row and its first version."""
        added = cls.insertion().returning(*cls._version_columns()).cte("stored")
        return cls._into_history(added).returning(cls.history.mapping.table.c.version)

    @classmethod
    def updated(cls) -> sa.ClauseElement:
        """Return the statement that stores the changes with their version and gives back a row if it did."""
        stored = cls.change().returning(*cls._version_columns()).cte("stored")
        return sa.select(stored.c.version).add_cte(cls._into_history(stored).on_conflict_do_nothing().cte("kept"))

    @classmethod
    def follows(cls) -> sa.ColumnElement[bool]:
        """Say that the stored version is the one before, or the same with the same body."""
        version, body = cls.mapping.table.c.version, cls.mapping.table.c[cls.history.body]
        return sa.or_(super().follows(), sa.and_(version == parameter(version), body == parameter(body)))

    @classmethod
    def cached(cls) -> sa.Select[Any]:
        """Return the selection of a part of an entity's versions, newest first."""
        version = cls.history.mapping.table.c.version
        return in_part(cls._versions().where(version < parameter(version, "before")), version)

    @classmethod
    def stored_version(cls) -> sa.Select[Any]:
        """Return the selection of one version of an entity."""
        version = cls.history.mapping.table.c.version
        return cls._versions().where(version == parameter(version))

    @classmethod
    def _version_columns(cls) -> list[sa.ColumnElement[Any]]:
        sources = [cls.history.source(column.name) for column in cls.history.mapping.table.c]
        return [cls.mapping.table.c[name] for name in sources]

    @classmethod
    def _into_history(cls, stored: sa.CTE) -> Any:
        table = cls.history.mapping.table
        names = [column.name for column in table.c]
        return insert(table).from_select(names, sa.select(*(stored.c[cls.history.source(name)] for name in names)))

    @classmethod
    def _versions(cls) -> sa.Select[Any]:
        versions, table = cls.history.mapping.table, cls.mapping.table
        joined = versions.join(table, table.c.id == versions.c[cls.history.of])
        query = sa.select(*cls.history.mapping.selected, table.c.version.label("latest")).select_from(joined)
        return query.where(cls.has_id(), cls.visible())
