"""Files in PostgreSQL: their facts, uploads that are begun, and what they are attached to."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.files import (
    FileChangedMeanwhile,
    FileFilter,
    FileNotFound,
    Files,
    FileUsage,
    ObjectsInUse,
    StoredFile,
    Upload,
    UploadChangedMeanwhile,
    Uploads,
)
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.pages import pattern
from dynagent.infrastructure.postgres.kit.prepared import parameter
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.statements import fetch_one, run

file_store = Table(
    "file_store",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("scanned_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "content_hash"),
    UniqueConstraint("object_key"),
)
Index("ix_file_store_user_id_id", file_store.c.user_id, file_store.c.id.desc())

file_uploads = Table(
    "file_uploads",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("expected_hash", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
Index("ix_file_uploads_user_id_id", file_uploads.c.user_id, file_uploads.c.id.desc())
Index("ix_file_uploads_updated_at", file_uploads.c.updated_at)

agentfiles = Table(
    "agentfiles",
    metadata,
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("file_id", ID, ForeignKey("file_store.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("agent_id", "file_id"),
)
Index("ix_agentfiles_file_id", agentfiles.c.file_id)

workflow_files = Table(
    "workflow_files",
    metadata,
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("file_id", ID, ForeignKey("file_store.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("workflow_id", "file_id"),
)
Index("ix_workflow_files_file_id", workflow_files.c.file_id)

_SWEEPING = 0x64796E61_66696C65  # "dyna" "file"
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('files of ' || CAST(:owner AS text), 0))")
_USAGE = sa.text("""
SELECT f.files + u.files AS files, f.bytes + u.bytes AS bytes FROM
  (SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes FROM file_store WHERE user_id = :owner) AS f,
  (SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes FROM file_uploads WHERE user_id = :owner) AS u
""")
_COUNT_UPLOADS = sa.text("SELECT count(*) AS count FROM file_uploads WHERE user_id = :owner")
UNKNOWN = """
SELECT k.key FROM unnest($1::text[]) AS k(key)
WHERE NOT EXISTS (SELECT FROM file_store f WHERE f.object_key = k.key)
  AND NOT EXISTS (SELECT FROM file_uploads u
    WHERE u.id::text = split_part(k.key, '/', 2) AND u.parts @> jsonb_build_array(jsonb_build_object('key', k.key)))
"""
DROP_IDLE = """
DELETE FROM file_uploads WHERE id IN (
  SELECT id FROM file_uploads WHERE updated_at < $1 ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_WANTED: Mapping[str, sa.ColumnElement[bool]] = {
    "name": file_store.c.name.ilike(sa.bindparam("name", type_=Text)),
    "content_type": file_store.c.content_type.like(sa.bindparam("content_type", type_=Text)),
}
_OF_HASH = file_store.c.content_hash == parameter(file_store.c.content_hash)
STORED = TableMapping(file_store, StoredFile)


class PostgresFiles(OwnedTable[StoredFile], Files):
    """One owner's files in one session."""

    mapping = STORED
    changed_meanwhile = FileChangedMeanwhile

    async def find(self, wanted: FileFilter, page: PageRequest) -> Page[StoredFile]:
        """Return a page, newest first."""
        values: dict[str, Any] = {}
        if wanted.name is not None:
            values["name"] = pattern(wanted.name)
        if wanted.content_type is not None:
            values["content_type"] = pattern(wanted.content_type)[1:]
        return await self.page(page, *(_WANTED[name] for name in values), **values)

    async def of_hash(self, content_hash: str) -> StoredFile | None:
        """Return the file with this content."""
        row = await self.first(self.query, _OF_HASH, content_hash=content_hash)
        return None if row is None else self.mapping.read(row)

    async def all_existing(self, ids: Sequence[str]) -> list[StoredFile]:
        """Return the files in the order of the ids."""
        wanted = [id for id in ids if is_id(id)]
        found = {file.id: file for file in await self.all_of(self.of_ids, ids=wanted)}
        missing = next((id for id in ids if id.lower() not in found), None)
        if missing is not None:
            raise FileNotFound(f"there is no file {missing!r}")
        return [found[id.lower()] for id in ids]

    async def usage(self, *, lock: bool = False) -> FileUsage:
        """Return what the owner's files and uploads take."""
        if lock:
            await run(self._session, _LOCK, owner=self._owner)
        row = await fetch_one(self._session, _USAGE, owner=self._owner)
        assert row is not None
        return FileUsage(row["files"], row["bytes"])

    @classmethod
    def of_ids(cls) -> sa.Select[Any]:
        """Return the selection of some files."""
        return cls.query(file_store.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(ID))))


class PostgresUploads(OwnedTable[Upload], Uploads):
    """One owner's uploads in one session."""

    mapping = TableMapping(file_uploads, Upload)
    changed_meanwhile = UploadChangedMeanwhile

    async def count(self) -> int:
        """Return how many are begun."""
        row = await fetch_one(self._session, _COUNT_UPLOADS, owner=self._owner)
        assert row is not None
        return row["count"]

    async def page_of_all(self, page: PageRequest) -> Page[Upload]:
        """Return a page, newest first."""
        return await self.page(page)


class PostgresObjectsInUse(ObjectsInUse):
    """Everybody's objects, on a connection of its own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[bool]:
        """Hold the right to sweep, of all processes."""
        with in_our_words():
            async with self._pool.acquire() as connection:
                held = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _SWEEPING)
                try:
                    yield bool(held)
                finally:
                    if held:
                        await connection.fetchval("SELECT pg_advisory_unlock($1)", _SWEEPING)

    async def unknown(self, keys: Sequence[str]) -> list[str]:
        """Return the keys that no row has."""
        with in_our_words():
            return [row["key"] for row in await self._pool.fetch(UNKNOWN, list(keys))]

    async def drop_idle_uploads(self, *, before: datetime, most: int) -> int:
        """Delete the rows of uploads that lie idle."""
        with in_our_words():
            return len(await self._pool.fetch(DROP_IDLE, before, most))
