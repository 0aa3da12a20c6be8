"""A backup: every table as it was at one moment, in one .tar.gz; restored only into an empty database of its schema.

The file holds `manifest.json` (schema version, tables with columns, months of the trace), one PostgreSQL COPY text per
table, parents before children, and `end.json` with the rows of each table: without it the file is not whole. Nothing
but the database itself is needed, so it works from any PostgreSQL to any other of any version that Dynagent runs on.
"""

import asyncio
import errno
import gzip
import io
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import IO, Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from dynagent.core.shared.errors import Conflict, InvalidInput
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import in_our_words

MANIFEST, END = "manifest.json", "end.json"
FORMAT = 1
# What the migrations write themselves (the version, the steps of LangGraph's tables), and what is counted from rows.
NOT_DATA = ("alembic_version", "schema_version", "checkpoint_migrations", "list_counts")

TABLES = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attgenerated = '' AND c.relname <> ALL($1) GROUP BY c.relname ORDER BY c.relname
"""
PARENTS = """
SELECT DISTINCT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid
"""
# What the trace's table is called depends on the schema's version: backups of earlier ones are restored as they are.
TRACE = "coalesce(to_regclass('run_events'), to_regclass('execution_events'))"
MONTHS = """
SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = {trace} ORDER BY 1
""".replace("{trace}", TRACE)
SEQUENCES = """
SELECT c.relname AS name, a.attname AS column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace
  AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""
VERSION = "SELECT version FROM schema_version WHERE is_current"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_BOUND = re.compile(r"FOR VALUES FROM \('[0-9a-f-]{36}'\) TO \('[0-9a-f-]{36}'\)")


class NotABackup(InvalidInput):
    """The file is no backup of ours, is damaged, or was cut off."""

    code = "not_a_backup"


class NotRestorable(Conflict):
    """The backup belongs to another version of the schema, or the database is not empty; nothing was changed."""

    code = "not_restorable"


class Table(BaseModel):
    """A table and its columns, in the order of the rows."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[str, ...]


class Manifest(BaseModel):
    """What a backup holds; `months` are the partitions of the trace, name → bounds."""

    model_config = ConfigDict(frozen=True)

    format: int
    schema_version: str
    made_at: datetime
    tables: tuple[Table, ...]
    months: dict[str, str]


@dataclass(frozen=True, slots=True)
class Copied:
    """What went into a backup or came out of one: rows by table, and the schema's version."""

    schema_version: str
    rows: Mapping[str, int]


async def back_up(database: Database, file: Path) -> Copied:
    """Write everything, as it is at this moment, to a new file that only its owner may read.

    Work goes on meanwhile. Raises FileExistsError; what was begun is removed when it fails.
    """
    begun = file.with_name(f".{file.name}.part")
    _check_free(file)
    with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        try:
            copied = await _write(database, raw, file.parent)
            raw.flush()
            await asyncio.to_thread(os.fsync, raw.fileno())
        except BaseException:
            begun.unlink()
            raise
    begun.rename(file)
    return copied


async def restore(database: Database, file: Path, seeds: Mapping[str, int]) -> Copied:
    """Fill an empty database of the backup's schema version, all or nothing; `seeds` are rows of an empty one by table.

    Raises NotABackup, NotRestorable.
    """
    with _opened(file) as (archive, content):
        return await _read(database, archive, content, seeds)


def version_of(file: Path) -> str:
    """Return the version of the schema that a backup is of. Raises NotABackup, FileNotFoundError."""
    with _opened(file) as (archive, _):
        return Manifest.model_validate_json(_take(_members(archive), MANIFEST).read()).schema_version


class _Content:
    """What a compressed file holds. Its damage is told as such: between statements it would pass for the database's."""

    def __init__(self, raw: gzip.GzipFile) -> None:
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises NotABackup."""
        try:
            return self._raw.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise NotABackup(f"the backup is damaged or was cut off: {error}") from error


@contextmanager
def _opened(file: Path) -> Generator[tuple[tarfile.TarFile, _Content]]:
    try:
        with gzip.open(file) as raw:
            content: Any = _Content(raw)
            with tarfile.open(fileobj=content, mode="r|") as archive:
                yield archive, content
    except (tarfile.TarError, ValidationError, orjson.JSONDecodeError) as error:
        raise NotABackup(f"{file} is no backup, or a damaged one: {' '.join(str(error).split())[:300]}") from error


def _check_free(file: Path) -> None:
    if os.path.lexists(file):
        raise FileExistsError(errno.EEXIST, "there is a file of this name", str(file))


async def _write(database: Database, raw: IO[bytes], place: Path) -> Copied:
    connection = await database.listen()
    try:
        with in_our_words(), tarfile.open(fileobj=raw, mode="w|gz") as archive:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                manifest = await _manifest(connection)
                _add(archive, MANIFEST, manifest.model_dump_json(indent=1).encode())
                rows: dict[str, int] = {}
                for table in manifest.tables:
                    with tempfile.TemporaryFile(dir=place) as spool:
                        query = f"SELECT {_listed(table)} FROM {_quoted(table.name)}"  # noqa: S608 - names of the schema
                        status: str = await connection.copy_from_query(query, output=spool)
                        rows[table.name] = int(status.rpartition(" ")[2])
                        await asyncio.to_thread(_add_file, archive, f"{table.name}.copy", spool)
                _add(archive, END, orjson.dumps(rows))
        return Copied(manifest.schema_version, rows)
    finally:
        await connection.close()


async def _manifest(connection: Any) -> Manifest:
    found = {row["name"]: tuple(row["columns"]) for row in await connection.fetch(TABLES, list(NOT_DATA))}
    order = TopologicalSorter[str](dict.fromkeys(found, ()))
    for row in await connection.fetch(PARENTS):
        if row["child"] in found and row["parent"] in found:
            order.add(row["child"], row["parent"])
    return Manifest(
        format=FORMAT,
        schema_version=await connection.fetchval(VERSION),
        made_at=datetime.now(UTC),
        tables=tuple(Table(name=name, columns=found[name]) for name in order.static_order()),
        months={row["name"]: row["bound"] for row in await connection.fetch(MONTHS) if row["bound"] != "DEFAULT"},
    )


async def _read(database: Database, archive: tarfile.TarFile, content: _Content, seeds: Mapping[str, int]) -> Copied:
    members = _members(archive)
    manifest = Manifest.model_validate_json(_take(members, MANIFEST).read())
    connection = await database.listen()
    try:
        with in_our_words():
            async with connection.transaction():
                here = await _check(connection, manifest, seeds)
                # What the migrations wrote makes room for what the backup holds of it.
                await connection.execute(f"TRUNCATE {', '.join(_quoted(table.name) for table in here)} CASCADE")
                await _make_months(connection, manifest.months)
                rows: dict[str, int] = {}
                for table in manifest.tables:
                    source = _take(members, f"{table.name}.copy")
                    status: str = await connection.copy_to_table(table.name, source=source, columns=table.columns)
                    rows[table.name] = int(status.rpartition(" ")[2])
                if orjson.loads(_take(members, END).read()) != rows:
                    raise NotABackup("the backup does not hold the rows it should hold; nothing was restored")
                while content.read(1 << 20):
                    pass  # to the end, where the checksum of it all stands
                await _go_on_counting(connection, [table.name for table in manifest.tables])
            await connection.execute("ANALYZE")
        return Copied(manifest.schema_version, rows)
    finally:
        await connection.close()


async def _check(connection: Any, manifest: Manifest, seeds: Mapping[str, int]) -> Sequence[Table]:
    """Return the tables of this database. Raises NotABackup, NotRestorable."""
    here = await _manifest(connection)
    if manifest.format != FORMAT or manifest.schema_version != here.schema_version:
        raise NotRestorable(
            f"the backup is of schema {manifest.schema_version}, the database is at {here.schema_version}: "
            "restore it into a database without tables, it is brought to the backup's schema and then to this program's"
        )
    if {table.name: set(table.columns) for table in manifest.tables} != {
        table.name: set(table.columns) for table in here.tables
    }:
        raise NotABackup("the backup has other tables or columns than its schema version; nothing was restored")
    await connection.execute(f"LOCK TABLE {', '.join(_quoted(table.name) for table in here.tables)}")
    for table in here.tables:
        found = await connection.fetchval(f"SELECT count(*) FROM {_quoted(table.name)}")  # noqa: S608 - as above
        if found > seeds.get(table.name, 0):
            raise NotRestorable(
                f"the database is not empty: {table.name} has {found} rows; restore into a new one, nothing running"
            )
    return here.tables


async def _make_months(connection: Any, months: Mapping[str, str]) -> None:
    trace = await connection.fetchval(f"SELECT {TRACE}::text")
    for name, bound in months.items():
        if not (_NAME.fullmatch(name) and _BOUND.fullmatch(bound)):
            raise NotABackup(f"the backup has a month that is none: {name[:80]!r}")
        if not await connection.fetchval("SELECT to_regclass($1)::text", name):
            await connection.execute(f"CREATE TABLE {_quoted(name)} PARTITION OF {trace} {bound}")


async def _go_on_counting(connection: Any, tables: Sequence[str]) -> None:
    for row in await connection.fetch(SEQUENCES, list(tables)):
        highest = f"(SELECT coalesce(max({_quoted(row['column'])}), 0) + 1 FROM {_quoted(row['name'])})"  # noqa: S608 - as above
        await connection.execute(f"SELECT setval('{row['sequence']}', {highest}, false)")


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        content = archive.extractfile(member)
        if content is not None:
            yield member.name, content


def _take(members: Iterator[tuple[str, IO[bytes]]], name: str) -> IO[bytes]:
    found, content = next(members, ("the end", io.BytesIO()))
    if found != name:
        raise NotABackup(f"the backup has {found[:80]} where {name} should be; nothing was restored")
    return content


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, name: str, spool: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = spool.seek(0, os.SEEK_END)
    spool.seek(0)
    archive.addfile(entry, spool)


def _listed(table: Table) -> str:
    return ", ".join(map(_quoted, table.columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
