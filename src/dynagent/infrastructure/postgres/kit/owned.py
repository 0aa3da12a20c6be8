"""A noun's table, of which everybody sees the rows that are theirs: the repository that CRUD nouns derive from."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.errors import NotFound, StaleVersion
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository
from dynagent.infrastructure.postgres.kit.changes import Change, note_change, note_seen, seen
from dynagent.infrastructure.postgres.kit.counts import from_the_end, is_deep, length_of
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.pages import (
    GLANCE,
    TOTAL,
    at_least,
    counted,
    cut,
    glanced,
    in_part,
    needs_count,
    part_of,
    part_with,
    read_backwards,
    with_total,
)
from dynagent.infrastructure.postgres.kit.prepared import OWNER, parameter, prepared
from dynagent.infrastructure.postgres.pool import Row

E = TypeVar("E", bound=BaseModel)
Build = Callable[..., sa.ClauseElement]
NEVER_CHANGED = frozenset({"id", "user_id", "created_at"})


class OwnedTable(BaseRepository[E], Generic[E]):
    """One owner's entities in one session; nothing is committed here. A table has `id` and `user_id`.

    An update is a compare-and-set: of `version` where the table has one (it must follow the stored one), otherwise of
    `updated_at` (it must be later). `not_updated` names further columns that an update leaves alone. What a constraint
    refuses is said by the table in `postgres/errors.py`. What is changed is noted for the audit log, under `noun` and
    the field `audited_by`. With `counted_always` a trigger counts the rows in `list_counts`.

    Class methods say what the statements are, with parameters for all values; each is built once for a class.
    """

    mapping: ClassVar[TableMapping[Any]]
    noun: ClassVar[str]
    not_found: ClassVar[type[NotFound]]
    changed_meanwhile: ClassVar[type[StaleVersion]] = StaleVersion
    not_updated: ClassVar[frozenset[str]] = frozenset()
    audited_by: ClassVar[str] = "id"
    counted_always: ClassVar[bool] = False

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: E) -> E:
        """Add an entity, as the owner's whatever it says. Raises what the table's constraints mean."""
        await self.first(self.inserted, **self.written(entity))
        self._note(None, entity)
        return entity

    async def get_by_id(self, id: str) -> E | None:
        """Return the entity, or None."""
        row = await self.first(self.of_id, id=id) if is_id(id) else None
        if row is None:
            return None
        entity = self.mapping.read(row)
        note_seen(self._session, self.noun, id, entity)
        return entity

    async def update(self, entity: E) -> E:
        """Store the new state. Raises `not_found`, `changed_meanwhile`."""
        id = getattr(entity, "id", "")
        before = seen(self._session, self.noun, id) or await self.get_by_id(id)
        if await self.first(self.updated, **self.written(entity)) is None:
            await self._refuse(id)
        self._note(before, entity)
        return entity

    async def delete(self, id: str) -> bool:
        """Remove the entity; return whether there was one."""
        before = seen(self._session, self.noun, id) or await self.get_by_id(id)
        if not is_id(id) or await self.first(self.deleted, id=id) is None:
            return False
        self._note(before, None)
        return True

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[E]:
        """Return up to `limit` entities, newest first."""
        return await self.all_of(self.listed, skip=skip, limit=limit)

    async def page(self, page: PageRequest, /, *conditions: sa.ColumnElement[bool], **values: Any) -> Page[E]:
        """Return a page of the entities for which all conditions hold, newest first.

        Conditions should be constants with `sa.bindparam`s, whose `values` are given: those are compiled once.
        """
        if self.counted_always and not conditions and page.cursor is None and is_deep(page.skip):
            return await self._deep_page(page)
        part = part_of(page)
        found = await self.rows(self.paged, "after" in part, page.skip > 0, *conditions, **values, **part)
        if not needs_count(page, found):
            return cut(page, found, self.mapping.read)
        count = await self.rows(self.counted, *conditions, **values)
        return cut(page, found, self.mapping.read, total=count[0][TOTAL])

    async def search_page(
        self,
        page: PageRequest,
        searched: sa.ColumnElement[bool],
        narrowed: sa.ColumnElement[bool],
        /,
        *conditions: sa.ColumnElement[bool],
        **values: Any,
    ) -> Page[E]:
        """Return a page of what is searched for: `searched` compares each row, `narrowed` asks an index before.

        Where the first rows of the list fill the page, reading on in order is cheaper than asking the index.
        """
        part = part_of(page)
        enough = page.skip + page.limit + 1
        continued = "after" in part
        if enough <= GLANCE:
            glance = await self.first(self.glanced, continued, searched, *conditions, **values, **part)
            if glance and glance[TOTAL] >= enough:
                wanted = (searched, *conditions)
                found = await self.rows(self.uncounted, continued, page.skip > 0, *wanted, **values, **part)
                return cut(page, found, self.mapping.read, known=at_least(glance[TOTAL], page, found))
        return await self.page(page, searched, narrowed, *conditions, **values)

    async def first(self, build: Build, /, *parts: Any, **values: Any) -> Row | None:
        """Run what `build` makes of the parts, with the values and the caller's, and return its first row."""
        return await prepared(build, *parts).first(self._session, values | self.callers)

    async def rows(self, build: Build, /, *parts: Any, **values: Any) -> Sequence[Row]:
        """Run what `build` makes of the parts, with the values and the caller's, and return its rows."""
        return await prepared(build, *parts).fetch(self._session, values | self.callers)

    async def all_of(self, build: Build, /, *parts: Any, **values: Any) -> list[E]:
        """Return the entities of a selection on the table."""
        return [self.mapping.read(row) for row in await self.rows(build, *parts, **values)]

    @property
    def callers(self) -> dict[str, Any]:
        """The parameters that every statement may have: who calls. No other value takes their place."""
        return {OWNER.key: self._owner}

    def written(self, entity: E) -> dict[str, Any]:
        """Return the row of an entity."""
        return self.mapping.write(entity) | {"user_id": self._owner}

    async def _deep_page(self, page: PageRequest) -> Page[E]:
        """Return a page of all rows, read from the nearer end."""
        counted = await self.first(length_of, self.mapping.table)
        length = counted["n"] if counted else 0
        near = from_the_end(skip=page.skip, limit=page.limit + 1, length=length)
        if near is None:
            found = await self.rows(self.paged, False, True, **part_of(page))
        else:
            found = await self.rows(self.paged_from_the_end, skip=near[0], limit=near[1])
        return cut(page, found, self.mapping.read, known=(length, True))

    @classmethod
    def visible(cls) -> sa.ColumnElement[bool]:
        """Say which rows the caller may see."""
        return cls.mapping.table.c.user_id == OWNER

    @classmethod
    def writable(cls) -> sa.ColumnElement[bool]:
        """Say which rows the caller may change."""
        return cls.visible()

    @classmethod
    def query(cls, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the selection of what the caller may see and for which all conditions hold."""
        return sa.select(*cls.mapping.selected).where(cls.visible(), *conditions)

    @classmethod
    def of_id(cls) -> sa.Select[Any]:
        """Return the selection of one entity."""
        return cls.query(cls.has_id())

    @classmethod
    def listed(cls) -> sa.Select[Any]:
        """Return the selection of a part of all, newest first."""
        return in_part(cls.query(), cls.mapping.table.c.id)

    @classmethod
    def counted(cls, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the count of the entities for which all conditions hold."""
        return counted(cls.query(*conditions), cls.mapping.table.c.id)

    @classmethod
    def paged(cls, continued: bool, skipping: bool, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the selection of a page, `continued` after an id or `skipping` rows."""
        query = cls.query(*conditions)
        return with_total(query, cls.mapping.table.c.id, continued=continued, skipping=skipping)

    @classmethod
    def uncounted(cls, continued: bool, skipping: bool, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the selection of a page without the count of all."""
        return part_with(cls.query(*conditions), cls.mapping.table.c.id, continued=continued, skipping=skipping)

    @classmethod
    def glanced(
        cls, continued: bool, searched: sa.ColumnElement[bool], *conditions: sa.ColumnElement[bool]
    ) -> sa.Select[Any]:
        """Return the count of what is searched for among the first rows, `continued` after an id."""
        id = cls.mapping.table.c.id
        beyond = (id < parameter(id, "after"),) if continued else ()
        return glanced(cls.query(*conditions, *beyond), searched, id=id, order=id.desc())

    @classmethod
    def paged_from_the_end(cls) -> sa.Select[Any]:
        """Return the selection of a part that is found by skipping from the oldest on, newest first."""
        return read_backwards(cls.query(), cls.mapping.table.c.id)

    @classmethod
    def deleted(cls) -> sa.ClauseElement:
        """Return the statement that removes a row and gives back a row if it did."""
        return sa.delete(cls.mapping.table).where(cls.has_id(), cls.writable()).returning(cls.mapping.table.c.id)

    @classmethod
    def inserted(cls) -> sa.ClauseElement:
        """Return the statement that adds a row."""
        return cls.insertion().returning(cls.mapping.table.c.id)

    @classmethod
    def updated(cls) -> sa.ClauseElement:
        """Return the statement that stores the changes and gives back a row if it did."""
        return cls.change().returning(cls.mapping.table.c.id)

    @classmethod
    def insertion(cls) -> sa.Insert:
        """Return the insertion of all columns."""
        return sa.insert(cls.mapping.table).values(cls._parameters(frozenset()))

    @classmethod
    def change(cls) -> sa.Update:
        """Return the change of all columns that change, of what the new state was made from."""
        changes = cls._parameters(NEVER_CHANGED | cls.not_updated)
        return sa.update(cls.mapping.table).where(cls.has_id(), cls.writable(), cls.follows()).values(changes)

    @classmethod
    def follows(cls) -> sa.ColumnElement[bool]:
        """Say that what is stored is what the new state was made from."""
        column = cls.mapping.table.c
        if "version" in cls.mapping.filled:
            return column.version == parameter(column.version) - 1
        return column.updated_at < parameter(column.updated_at)

    @classmethod
    def has_id(cls) -> sa.ColumnElement[bool]:
        """Say which row is meant."""
        return cls.mapping.table.c.id == parameter(cls.mapping.table.c.id)

    @classmethod
    def _parameters(cls, without: frozenset[str]) -> dict[str, sa.BindParameter[Any]]:
        names = dict.fromkeys([*cls.mapping.filled, "user_id"])
        return {name: parameter(cls.mapping.table.c[name]) for name in names if name not in without}

    def _note(self, before: E | None, after: E | None) -> None:
        entity = after or before
        noun = self.noun.replace(" ", "_")
        note_change(self._session, Change(noun, str(getattr(entity, self.audited_by)), before, after))
        if after is not None:
            note_seen(self._session, self.noun, getattr(after, "id", ""), after)

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
