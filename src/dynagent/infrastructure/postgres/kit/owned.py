"""A noun's table, of which everybody sees the rows that are theirs: the repository that CRUD nouns derive from."""

from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import Executable

from dynagent.core.shared.errors import NotFound, StaleVersion
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.pages import page_of
from dynagent.infrastructure.postgres.kit.session import first, rows

E = TypeVar("E", bound=BaseModel)
NEVER_CHANGED = frozenset({"id", "user_id", "created_at"})


class OwnedTable(BaseRepository[E], Generic[E]):
    """One owner's entities in one session; nothing is committed here. A table has `id` and `user_id`.

    An update is a compare-and-set: of `version` where the table has one (it must follow the stored one), otherwise of
    `updated_at` (it must be later). `not_updated` names further columns that an update leaves alone. What a constraint
    refuses is said by the table in `postgres/errors.py`.
    """

    mapping: ClassVar[TableMapping[Any]]
    noun: ClassVar[str]
    not_found: ClassVar[type[NotFound]]
    changed_meanwhile: ClassVar[type[StaleVersion]] = StaleVersion
    not_updated: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: E) -> E:
        """Add an entity, as the owner's whatever it says. Raises what the table's constraints mean."""
        await first(self._session, self.inserted(self.written(entity)))
        return entity

    async def get_by_id(self, id: str) -> E | None:
        """Return the entity, or None."""
        row = await first(self._session, self.query().where(self._columns.id == id)) if is_id(id) else None
        return None if row is None else self.mapping.read(row)

    async def update(self, entity: E) -> E:
        """Store the new state. Raises `not_found`, `changed_meanwhile`."""
        row = self.written(entity)
        changes = {name: value for name, value in row.items() if name not in NEVER_CHANGED | self.not_updated}
        if await first(self._session, self.updated(row, changes)) is None:
            await self._refuse(row["id"])
        return entity

    async def delete(self, id: str) -> bool:
        """Remove the entity; return whether there was one."""
        column = self._columns.id
        gone = sa.delete(self.mapping.table).where(column == id, self.writable()).returning(column)
        return is_id(id) and await first(self._session, gone) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[E]:
        """Return up to `limit` entities, newest first."""
        return await self.all_of(self.query().order_by(self._columns.id.desc()).offset(skip).limit(limit))

    async def all_of(self, query: sa.Select[Any]) -> list[E]:
        """Return the entities of a query on the table."""
        return [self.mapping.read(row) for row in await rows(self._session, query)]

    async def page(self, page: PageRequest, *conditions: sa.ColumnElement[bool]) -> Page[E]:
        """Return a page of the entities for which all conditions hold, newest first."""
        query = self.query().where(*conditions)
        return await page_of(self._session, query, id=self._columns.id, page=page, read=self.mapping.read)

    def visible(self) -> sa.ColumnElement[bool]:
        """Say which rows the caller may see."""
        return self._columns.user_id == self._owner

    def writable(self) -> sa.ColumnElement[bool]:
        """Say which rows the caller may change."""
        return self.visible()

    def query(self) -> sa.Select[Any]:
        """Return the selection of everything that the caller may see."""
        return sa.select(self.mapping.table).where(self.visible())

    def written(self, entity: E) -> dict[str, Any]:
        """Return the row of an entity."""
        return self.mapping.write(entity) | {"user_id": self._owner}

    def inserted(self, row: dict[str, Any]) -> Executable:
        """Return the statement that adds a row."""
        return sa.insert(self.mapping.table).values(row).returning(self._columns.id)

    def updated(self, row: dict[str, Any], changes: dict[str, Any]) -> Executable:
        """Return the statement that stores the changes and gives back a row if it did."""
        change = sa.update(self.mapping.table).where(self._columns.id == row["id"], self.writable(), self.follows(row))
        return change.values(changes).returning(self._columns.id)

    def follows(self, row: dict[str, Any]) -> sa.ColumnElement[bool]:
        """Say that what is stored is what the new state was made from."""
        if "version" in row:
            return self._columns.version == row["version"] - 1
        return self._columns.updated_at < row["updated_at"]

    @property
    def _columns(self) -> Any:
        return self.mapping.table.c

    async def _refuse(self, id: str) -> None:
        current = await self.get_by_id(id)
        if current is None:
            raise self.not_found(f"there is no {self.noun} {id!r}")
        version = getattr(current, "version", None)
        if version is None:
            raise self.changed_meanwhile(f"{self.noun} {id} was changed meanwhile; read it again")
        raise self.changed_meanwhile(
            f"{self.noun} {id} is at version {version} by now", extra={"current_version": version}
        )
