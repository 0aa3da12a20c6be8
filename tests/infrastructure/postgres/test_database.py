"""Settings, URLs, health: every way a database can be named, and be away."""

import asyncio
import socket
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dynagent.core.agents import AgentSlugTaken
from dynagent.core.shared.errors import Conflict, ErrorKind, InvalidInput, Unavailable
from dynagent.core.tools import ToolNameTaken
from dynagent.infrastructure.postgres.database import (
    BadDatabaseUrl,
    Database,
    DatabaseSettings,
    libpq_url,
    open_engine,
    without_password,
)
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.errors import DatabaseUnreachable, translated
from tests.conftest import connected_to


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgresql://u:p@h:5432/d", "postgresql://u:p@h:5432/d"),
        (" postgres://u@h/d\n", "postgresql://u@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql://u@h/d"),
        ("postgresql+psycopg2://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u:p%40%2F%3A@h/d", "postgresql://u:p%40%2F%3A@h/d"),
        ("postgresql://u@h/d?ssl=require", "postgresql://u@h/d?sslmode=require"),
        ("postgresql+asyncpg://u@h/d?ssl=true", "postgresql://u@h/d?sslmode=require"),
        ("postgresql://u@h/d?sslmode=verify-full&channel_binding=require", "postgresql://u@h/d?sslmode=verify-full"),
        ("postgresql://u@/d?host=/run/a b", "postgresql://u@/d?host=/run/a%20b"),
        ("postgresql://u@h:1,i:2/d?target_session_attrs=any", "postgresql://u@h:1,i:2/d?target_session_attrs=any"),
        ("postgresql://u@[::1]:5432/d", "postgresql://u@[::1]:5432/d"),
        ("postgresql:///?host=/run&dbname=d&user=u", "postgresql:///?host=/run&dbname=d&user=u"),
    ],
)
def test_every_common_form_of_url_is_understood(given: str, wanted: str) -> None:
    assert libpq_url(given) == wanted


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite:///x", "nonsense", "postgresql://h", "postgresql://h:port/d"])
def test_what_is_no_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        libpq_url(url.replace("://", "://user:secret@"))
    assert "secret" not in str(refused.value)


def test_a_url_is_logged_without_its_password() -> None:
    assert without_password("postgresql://u%40x:secret@h:5432/d") == "u@x@h/d"
    assert without_password("postgresql://u@/d?host=/run") == "u@/run/d"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DATA_DIR", "~/somewhere")
    monkeypatch.setenv("HOME", "/ada")
    settings = DatabaseSettings()
    assert settings.database_url is None
    assert settings.data_dir == Path("/ada/somewhere")
    assert Database(settings).is_embedded
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/d")
    assert "secret" not in repr(DatabaseSettings())
    assert not Database(DatabaseSettings()).is_embedded


async def test_engine_and_pool_reach_the_same_database(database: Database) -> None:
    await database.check()
    name = await database.pool.fetchval("SELECT current_database()")
    async with database.sessions() as session:
        assert await session.scalar(sa.text("SELECT current_database()")) == name
        value = {"big": 1.5, "ü": [None, True]}
        echo = sa.select(sa.bindparam("value", value, JSONB))
        assert await session.scalar(echo) == value


async def test_without_a_url_the_embedded_server_is_started_and_stopped(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, durable=False, create_account=False)
    settings = DatabaseSettings.model_validate({"database_url": None, "data_dir": tmp_path})
    database = Database(settings, embedded=server)
    await database.connect()
    await database.check()
    assert "host=" in database.dsn
    await database.close()
    await database.close()
    assert not (tmp_path / "postgres/data/postmaster.pid").exists()


async def test_unreachable_databases_say_why_in_one_line(database_url: str, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        urls = {
            f"postgresql://u:secret@127.0.0.1:{port}/d": "nobody listens there",
            f"postgresql://u@/d?host={tmp_path}": "there is no socket",
            database_url.replace("/test_", "/missing_"): "the database does not exist",
            database_url.replace("dynagent@", "stranger@"): "the server refuses this user",
        }
        for url, words in urls.items():
            with pytest.raises(DatabaseUnreachable, match=words) as away:
                await connected_to(url).connect()
            assert "\n" not in str(away.value)
            assert "secret" not in str(away.value)
            assert away.value.kind is ErrorKind.UNAVAILABLE


async def test_a_database_with_too_few_connections_is_left_with_none(database: Database, database_url: str) -> None:
    """The first pool opens, the second does not: the first is closed again, and closing twice does no harm."""
    role = f"lonely_{uuid4().hex[:8]}"
    await database.pool.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    lonely = connected_to(database_url.replace("dynagent@", f"{role}@"))
    with pytest.raises(DatabaseUnreachable):
        await lonely.connect()
    await lonely.close()
    open_still = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
    while await database.pool.fetchval(open_still, role):
        await asyncio.sleep(0.02)
    await database.pool.execute(f"DROP ROLE {role}")


async def test_health_notices_a_database_that_went_away(database: Database) -> None:
    await database.pool.execute("SELECT 1")
    database._pool.terminate()
    with pytest.raises(DatabaseUnreachable):
        await database.check()


async def test_a_closed_connection_is_replaced_before_it_is_lent(database_url: str) -> None:
    engine = open_engine(database_url, pool_size=1, max_overflow=0)
    async with engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        first = await connection.scalar(sa.text("SELECT pg_backend_pid()"))
        await connection.commit()
    raw.terminate()
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT pg_backend_pid()")) != first
    await engine.dispose()


def violation(constraint: str) -> asyncpg.UniqueViolationError:
    error = asyncpg.UniqueViolationError("duplicate")
    vars(error)["constraint_name"] = constraint
    return error


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (violation("uq_agents_user_id_slug"), AgentSlugTaken),
        (violation("uq_custom_tools_user_id_name"), ToolNameTaken),
        (violation("uq_runs_schedule_key"), Conflict),
        (violation("unheard_of"), None),
        (ConnectionResetError(), Unavailable),
        (asyncpg.CannotConnectNowError("starting"), Unavailable),
        (asyncpg.DiskFullError("full"), Unavailable),
        (asyncpg.ConnectionDoesNotExistError("gone"), Unavailable),
        (PoolTimeout(), Unavailable),
        (asyncpg.UntranslatableCharacterError("\\u0000"), InvalidInput),
        (asyncpg.UndefinedTableError("defect"), None),
        (ZeroDivisionError(), None),
    ],
)
def test_driver_errors_become_the_domains(error: Exception, wanted: type[Exception] | None) -> None:
    assert isinstance(translated(error), wanted or type(None))
