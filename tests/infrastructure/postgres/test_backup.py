"""Backup and restore: what comes out is what went in, byte for byte; what does not fit changes nothing."""

import gzip
import io
import tarfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from dynagent.core.runs import Frame, Interrupt
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.errors import Unavailable
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.backup import NotABackup, NotRestorable, back_up, restore
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity import SEEDED
from dynagent.infrastructure.postgres.runs.interrupts import open_interrupts
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.trace.hub import TraceHub
from tests.conftest import connected_to
from tests.infrastructure.postgres.rows import add_execution
from tests.servers import TestPostgres

EVENT = "INSERT INTO run_events VALUES ($1, $2, 1, 'token', now(), $3)"
PAYLOADS = ['{"a" : 1,\t"b":"\\u0000 \\\\N \\\\t"}', '{"ü":"🐘\u2028\\n\\\\.","c":1.50}', '{ "x": [1 ,2] }']
MONTH = """
DO $$ BEGIN EXECUTE format(
  'CREATE TABLE run_events_2020_01 PARTITION OF run_events FOR VALUES FROM (%L) TO (%L)',
  dyn_uuid_floor('2020-01-01Z'), dyn_uuid_floor('2020-02-01Z')); END $$
"""
OLD = "016f5e66-e800-7000-8000-000000000001"
ROLE = "INSERT INTO roles (role_name) VALUES ($1) RETURNING role_id"


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database]:
    database = connected_to(url)
    await database.connect()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def another(postgres: TestPostgres) -> AsyncGenerator[Database]:
    name, url = await postgres.clone()
    async with opened(url) as database:
        yield database
    await postgres.drop(name)


@pytest.fixture
async def full(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database with an old month, a trace whose bytes are delicate, a question, a role."""
    async with opened(fresh_database_url) as database:
        await database.pool.execute(MONTH)
        for id in (OLD, new_id()):
            await add_execution(database, id=id, status="waiting")
            for seq, payload in enumerate(PAYLOADS, start=2):
                await database.pool.execute(EVENT, id, seq, payload)
        asked = Interrupt.ask("approval", execution_id=OLD, call_key="k", value={"a": "ü\\N"}, now=utc_now())
        async with database.pool.acquire() as connection:
            await open_interrupts(connection, [asked])
        await database.pool.execute(ROLE, "guest")
        yield database


async def replayed(database: Database, execution_id: str) -> list[Frame]:
    log = PostgresTraceLog(
        database.pool, EventWriter(database.pool, lambda *_: None), TraceHub(), window_s=1, heartbeat_s=1
    )
    return list(await log.read(execution_id, 0, 100))


async def contents(database: Database) -> dict[str, list[str]]:
    tables = await database.pool.fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = current_schema()::regnamespace AND relname <> 'schema_version'"
    )
    return {
        name: sorted(row["r"] for row in await database.pool.fetch(f'SELECT t::text AS r FROM "{name}" t'))
        for name in (table["name"] for table in tables)
    }


async def test_a_restored_trace_is_replayed_byte_for_byte(full: Database, postgres: TestPostgres, tmp_path: Path):
    file = tmp_path / "all.tar.gz"
    made = await back_up(full, file)
    assert (made.schema_version, made.rows["runs"], made.rows["run_events"]) == (migrations.head(), 2, 8)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["all.tar.gz"]
    async with another(postgres) as database:
        assert await restore(database, file, SEEDED) == made
        frames = await replayed(database, OLD)
        assert frames == await replayed(full, OLD)
        assert [frame.payload.decode() for frame in frames[1:]] == PAYLOADS
        assert await contents(database) == await contents(full)
        assert await database.pool.fetchval("SELECT count(*) FROM run_events_2020_01") == 4
        assert await database.pool.fetchval(ROLE, "next") == await full.pool.fetchval(ROLE, "next")
        with pytest.raises(NotRestorable, match="not empty"):
            await restore(database, file, SEEDED)


class Meddled:
    """A connection beside which somebody writes before every table is read; `fails_at` breaks one of the reads."""

    def __init__(self, inner: Any, database: Database, fails_at: int = 99) -> None:
        self._inner = inner
        self._database = database
        self._left = fails_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def copy_from_query(self, query: str, **more: Any) -> str:
        """Write, then read."""
        self._left -= 1
        if self._left < 0:
            raise ConnectionResetError("gone")
        await add_execution(self._database)
        return await self._inner.copy_from_query(query, **more)


async def test_a_backup_shows_one_moment(full: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    listen = full.listen

    async def meddled() -> Any:
        return Meddled(await listen(), full)

    monkeypatch.setattr(full, "listen", meddled)
    made = await back_up(full, tmp_path / "x.tar.gz")
    assert (made.rows["runs"], made.rows["run_events"]) == (2, 8)
    assert await full.pool.fetchval("SELECT count(*) FROM runs") > 2


async def test_a_backup_that_fails_leaves_nothing(full: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    listen = full.listen

    async def meddled() -> Any:
        return Meddled(await listen(), full, fails_at=2)

    monkeypatch.setattr(full, "listen", meddled)
    with pytest.raises(Unavailable):
        await back_up(full, tmp_path / "x.tar.gz")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_is_never_overwritten(full: Database, tmp_path: Path):
    (tmp_path / "here").write_text("precious")
    with pytest.raises(FileExistsError):
        await back_up(full, tmp_path / "here")
    assert (tmp_path / "here").read_text() == "precious"


def rewritten(file: Path, **changed: bytes | None) -> Path:
    """Copy a backup with members changed (name without its ending) or left out (None)."""
    other = file.with_name("other.tar.gz")
    with tarfile.open(file) as old, tarfile.open(other, "w:gz") as new:
        for member in old:
            stem = member.name.partition(".")[0]
            content = changed.get(stem, old.extractfile(member).read())  # pyright: ignore[reportOptionalMemberAccess]
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return other


async def test_what_is_no_whole_backup_changes_nothing(full: Database, postgres: TestPostgres, tmp_path: Path):
    file = tmp_path / "all.tar.gz"
    await back_up(full, file)
    whole = file.read_bytes()
    with tarfile.open(file) as archive:
        manifest = orjson.loads(archive.extractfile("manifest.json").read())  # pyright: ignore[reportOptionalMemberAccess]
    evil = {**manifest, "months": {"x; DROP TABLE agents": "DEFAULT"}}
    async with another(postgres) as database:
        before = await contents(database)
        for content in (b"", b"nonsense", whole[: len(whole) // 2], whole[:-40], gzip.compress(b"nonsense")):
            (tmp_path / "broken").write_bytes(content)
            with pytest.raises(NotABackup):
                await restore(database, tmp_path / "broken", SEEDED)
        for changed in ({"end": None}, {"end": b"{}"}, {"runs": None}, {"manifest": b"[]"}):
            with pytest.raises(NotABackup):
                await restore(database, rewritten(file, **changed), SEEDED)
        with pytest.raises(NotABackup):
            await restore(database, rewritten(file, manifest=orjson.dumps(evil)), SEEDED)
        with pytest.raises(NotRestorable, match="schema 0001"):
            older = orjson.dumps({**manifest, "schema_version": "0001"})
            await restore(database, rewritten(file, manifest=older), SEEDED)
        with pytest.raises(FileNotFoundError):
            await restore(database, tmp_path / "none", SEEDED)
        assert await contents(database) == before
