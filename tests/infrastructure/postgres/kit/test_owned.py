"""A noun's repository is a few lines, and one more field is entity, column, migration and body: no line of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, create_model
from sqlalchemy import ARRAY, Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.errors import NotFound, StaleVersion
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT
from dynagent.infrastructure.postgres.kit.owned import OwnedTable

NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)


class Taste(BaseModel):
    """A part of a note, kept as JSON."""

    sweet: bool = False
    words: tuple[str, ...] = ()


class Note(BaseModel):
    """The sample noun."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    text: str
    tags: tuple[str, ...] = ()
    taste: Taste = Taste()
    updated_at: datetime = NOW


def columns() -> list[Column[Any]]:
    return [
        Column("id", ID, primary_key=True),
        Column("user_id", ID, nullable=False),
        Column("text", Text, nullable=False),
        Column("tags", ARRAY(Text), nullable=False),
        Column("taste", JSONB, nullable=False),
        Column("updated_at", MOMENT, nullable=False),
    ]


class PostgresNotes(OwnedTable[Any]):
    """The sample noun's repository."""

    mapping = TableMapping(Table("notes", MetaData(), *columns()), Note)
    noun = "note"
    not_found = NotFound


@pytest_asyncio.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.sessions() as session:
        connection = await session.connection()
        await connection.run_sync(PostgresNotes.mapping.table.metadata.create_all)
        yield session
        await session.rollback()


def note(user_id: str, **fields: Any) -> Note:
    return Note.model_validate({"id": new_id(), "user_id": user_id, "text": "x", **fields})


async def test_what_is_written_is_read_by_its_owner_only(session: AsyncSession) -> None:
    mine, others = PostgresNotes(session, new_id()), PostgresNotes(session, new_id())
    written = note(mine._owner, tags=("a", "b"), taste=Taste(sweet=True, words=("ü",)))  # pyright: ignore[reportPrivateUsage]
    assert await mine.create(written) == written == await mine.get_by_id(written.id)
    assert await mine.list_all() == [written] == list((await mine.page(PageRequest())).items)
    assert await others.get_by_id(written.id) is None
    assert await others.list_all() == []
    assert not await others.delete(written.id)
    with pytest.raises(NotFound):
        await others.update(written.model_copy(update={"updated_at": NOW + timedelta(seconds=1)}))
    assert await mine.delete(written.id)
    assert not await mine.delete(written.id)


async def test_a_change_of_what_was_changed_meanwhile_is_refused(session: AsyncSession) -> None:
    user = new_id()
    notes = PostgresNotes(session, user)
    written = await notes.create(note(user))
    changed = written.model_copy(update={"text": "y", "updated_at": NOW + timedelta(seconds=1)})
    assert await notes.update(changed) == changed == await notes.get_by_id(written.id)
    with pytest.raises(StaleVersion):
        await notes.update(changed)


async def test_pages_follow_one_another(session: AsyncSession) -> None:
    user = new_id()
    notes = PostgresNotes(session, user)
    written = [await notes.create(note(user, text=str(number))) for number in range(5)][::-1]
    page = await notes.page(PageRequest(limit=3))
    assert (list(page.items), page.total) == (written[:3], 5)
    rest = await notes.page(PageRequest(limit=3, cursor=page.next_cursor))
    assert (list(rest.items), rest.total, rest.next_cursor) == (written[3:], 5, None)
    beyond = await notes.page(PageRequest(skip=9))
    assert (list(beyond.items), beyond.total) == ([], 5)
    some = await notes.page(PageRequest(), PostgresNotes.mapping.table.c.text.between("1", "2"))
    assert some.total == 2


async def test_one_more_field_is_a_field_and_a_column_to_the_repository(session: AsyncSession) -> None:
    """The migration and the body of the API are the other two of the four places."""
    rated = create_model("RatedNote", __base__=Note, stars=(int, 0))
    await session.execute(sa.text("ALTER TABLE notes ADD COLUMN stars integer NOT NULL DEFAULT 0"))

    class PostgresRatedNotes(PostgresNotes):
        mapping = TableMapping(Table("notes", MetaData(), *columns(), Column("stars", Integer)), rated)

    user = new_id()
    notes = PostgresRatedNotes(session, user)
    written = rated.model_validate(note(user).model_dump() | {"stars": 3})
    await notes.create(written)
    assert await notes.get_by_id(written.id) == written
    better = written.model_copy(update={"stars": 4, "updated_at": NOW + timedelta(seconds=1)})
    await notes.update(better)
    assert await notes.get_by_id(written.id) == better
