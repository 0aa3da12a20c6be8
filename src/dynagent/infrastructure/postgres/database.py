"""The database: its settings, its connections, its health. Without `DATABASE_URL` it is the embedded server."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import asyncpg
import orjson
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dynagent.core.shared.errors import InvalidInput
from dynagent.infrastructure.files.data_directory import default_data_dir
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.errors import DatabaseUnreachable, unreachable
from dynagent.infrastructure.postgres.pool import Pool

_connect = cast("Callable[..., Awaitable[Any]]", asyncpg.connect)  # pyright: ignore[reportUnknownMemberType]
_create_pool = cast("Callable[..., Awaitable[Any]]", asyncpg.create_pool)  # pyright: ignore[reportUnknownMemberType]
_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2")
_HOSTS = re.compile(r"(([^\s,:@]*|\[[0-9a-fA-F:.%]+\])(:\d{1,5})?(,|$))*")
_FOREIGN_OPTIONS = ("channel_binding", "gssencmode", "pgbouncer", "schema", "connection_limit", "pool_timeout")
"""Options of other clients that ours would send to the server as settings, which refuses them."""


class PooledConnection(asyncpg.Connection):
    """A connection that goes back to its pool as it is: its users leave no session state, so nothing is to be reset.

    asyncpg would send four statements at every return: a round trip for each use of a connection. Whoever takes an
    advisory lock releases it; LISTEN has connections of its own.
    """

    def get_reset_query(self) -> str:
        """Return no statements."""
        return ""


class LateSession(AsyncSession):
    """A session that comes to be with its first use: many messages are answered from memory and need none."""

    def __init__(self, bind: Any = None, **options: Any) -> None:
        self._options = {"bind": bind, **options}

    def __getattr__(self, name: str) -> Any:
        """Become a session as soon as a part of one is asked for."""
        if name.startswith("__") or "_proxied" in vars(self):
            raise AttributeError(name)
        super().__init__(**self._options)
        return getattr(self, name)

    def in_transaction(self) -> bool:
        """Say whether there is a transaction; of a session that was never used there is none."""
        return "_proxied" in vars(self) and super().in_transaction()


class BadDatabaseUrl(InvalidInput):
    """`DATABASE_URL` is not the URL of a PostgreSQL database; the text never repeats its password."""

    code = "bad_database_url"


class DatabaseSettings(BaseSettings):
    """Where the database is and how many connections this process may hold; times in seconds.

    Few connections are faster: one core keeps four busy, and what waits for one does not make the event loop late. A
    thousand executions at once: 29 ms median delay of an event with four, 400 ms with thirty.
    """

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: SecretStr | None = None
    database_replica_url: SecretStr | None = None
    database_replica_max_lag_s: float = Field(default=30.0, gt=0, le=3600)
    data_dir: Path = Field(default_factory=default_data_dir)
    database_pool_size: int = Field(default=4, ge=1, le=500)
    database_pool_overflow: int = Field(default=0, ge=0, le=500)
    database_direct_pool_size: int = Field(default=4, ge=1, le=500)
    database_connect_timeout_s: float = Field(default=5.0, gt=0, le=120)
    database_pool_timeout_s: float = Field(default=30.0, gt=0, le=120)

    @field_validator("database_url", "database_replica_url", mode="after")
    @classmethod
    def _empty_is_unset(cls, url: SecretStr | None) -> SecretStr | None:
        return url if url is not None and url.get_secret_value().strip() else None

    @field_validator("data_dir", mode="after")
    @classmethod
    def _home_is_a_place(cls, place: Path) -> Path:
        return place.expanduser().absolute()


def libpq_url(url: str) -> str:
    """Return a database URL in the form that asyncpg and psycopg both read. Raises BadDatabaseUrl.

    The scheme loses its SQLAlchemy driver, asyncpg's `ssl=` becomes `sslmode=`, other clients' options are left out.
    """
    try:
        parts = urlsplit(url.strip())
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError as error:
        raise BadDatabaseUrl(f"DATABASE_URL cannot be read: {error}") from None
    if not _HOSTS.fullmatch(parts.netloc.rpartition("@")[2]):
        raise BadDatabaseUrl(
            "DATABASE_URL has a host or a port that cannot be: postgresql://user:password@host:5432/db"
        )
    if parts.scheme not in _SCHEMES:
        raise BadDatabaseUrl(f"DATABASE_URL must begin with postgresql://, not with {parts.scheme or 'nothing'}://")
    if not (parts.path.strip("/") or options.get("dbname") or options.get("database")):
        raise BadDatabaseUrl("DATABASE_URL names no database: postgresql://user:password@host:5432/database")
    ssl = options.pop("ssl", None)
    if ssl is not None:
        options.setdefault("sslmode", {"true": "require", "false": "disable"}.get(ssl.lower(), ssl))
    selected = {name: value for name, value in options.items() if name not in _FOREIGN_OPTIONS}
    query = urlencode(selected, quote_via=quote, safe="/")
    return f"postgresql://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")


def without_password(url: str) -> str:
    """Return a database URL as it may be logged."""
    parts = urlsplit(url)
    place = f"{parts.hostname or dict(parse_qsl(parts.query)).get('host', 'localhost')}"
    user = f"{unquote(parts.username)}@" if parts.username else ""
    return f"{user}{place}{parts.path}"


class Database:
    """Connections to one database: an SQLAlchemy engine with sessions, and a raw asyncpg pool for hot paths.

    Both are there from `connect` to `close`. `dsn` is a libpq URL (with the password).
    """

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]

    def __init__(self, settings: DatabaseSettings, *, embedded: EmbeddedPostgres | None = None) -> None:
        self._settings = settings
        url = settings.database_url
        self.dsn = libpq_url(url.get_secret_value()) if url else ""
        self.data_dir = settings.data_dir
        self._embedded = None if url else embedded or EmbeddedPostgres(settings.data_dir)
        self._pool: Any = None
        self._beat_pool: Any = None

    @property
    def pool(self) -> Pool:
        """The raw pool; jsonb and json columns arrive as text."""
        return self._pool

    @property
    def beat_pool(self) -> Pool:
        """One connection that nothing else uses: a heartbeat must not wait behind five hundred claims."""
        return self._beat_pool

    def connections(self) -> dict[tuple[str, ...], float]:
        """Return this process's connections by pool (sessions, direct) and state (used, idle), and what it may hold."""
        if self._pool is None:
            return {}
        sessions: Any = self.engine.pool
        direct, idle = self._pool.get_size(), self._pool.get_idle_size()
        settings = self._settings
        return {
            ("sessions", "used"): sessions.checkedout(),
            ("sessions", "idle"): sessions.checkedin(),
            ("sessions", "most"): settings.database_pool_size + settings.database_pool_overflow,
            ("direct", "used"): direct - idle,
            ("direct", "idle"): idle,
            ("direct", "most"): settings.database_direct_pool_size,
        }

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own server in the data directory."""
        return self._embedded is not None

    async def start(self) -> str:
        """Have the server run (embedded only) and return the DSN. `connect` does it too; migrations need no more."""
        if self._embedded is not None:
            self.dsn = await self._embedded.start()
        return self.dsn

    async def connect(self) -> None:
        """Open the connections. Raises DatabaseUnreachable, or what keeps the embedded server from starting."""
        await self.start()
        self.engine = self._make_engine()
        self.sessions = async_sessionmaker(self.engine, class_=LateSession, expire_on_commit=False, autoflush=False)
        try:
            options = _connect_options(self._settings.database_connect_timeout_s)
            options["connection_class"] = PooledConnection
            self._pool = await _create_pool(
                self.dsn, min_size=1, max_size=self._settings.database_direct_pool_size, **options
            )
            self._beat_pool = await _create_pool(self.dsn, min_size=1, max_size=1, **options)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            await self.close()
            raise self._explained(error) from error

    async def listen(self) -> Any:
        """Return a connection outside the pools, for LISTEN; the caller closes it. Raises what asyncpg raises."""
        return await _connect(self.dsn, **_connect_options(self._settings.database_connect_timeout_s))

    async def close(self) -> None:
        """Close the connections, within two seconds also when some are busy; the embedded server stops last."""
        if self._pool is not None:
            await self.engine.dispose()
            pools = [pool for pool in (self._pool, self._beat_pool) if pool is not None]
            try:
                await asyncio.wait_for(asyncio.gather(*(pool.close() for pool in pools)), timeout=2.0)
            except TimeoutError:
                for pool in pools:
                    pool.terminate()
            self._pool = self._beat_pool = None
        await self._stop_embedded()

    async def check(self, *, timeout_s: float = 2.0) -> None:
        """Ask the database for an answer. Raises DatabaseUnreachable with one line that says what is wrong."""
        try:
            async with asyncio.timeout(timeout_s), self.pool.acquire() as connection:
                await connection.fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> DatabaseUnreachable:
        return unreachable(error, place=without_password(self.dsn))

    async def _stop_embedded(self) -> None:
        if self._embedded is not None:
            await self._embedded.stop()

    def _make_engine(self) -> AsyncEngine:
        settings = self._settings
        return open_engine(
            self.dsn,
            connect_timeout_s=settings.database_connect_timeout_s,
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_pool_overflow,
            pool_timeout=settings.database_pool_timeout_s,
        )


def open_engine(dsn: str, *, connect_timeout_s: float = 5.0, read_only: bool = False, **options: Any) -> AsyncEngine:
    """Return an engine whose connections asyncpg makes of a libpq URL; `options` go to SQLAlchemy."""

    async def connect(**_: Any) -> Any:
        return await _connect(dsn, **_connect_options(connect_timeout_s, read_only=read_only))

    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": connect},
        json_serializer=_dump_json,
        json_deserializer=json.loads,
        **options,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


async def open_reading_pool(dsn: str, *, size: int, timeout_s: float) -> Any:
    """Return an asyncpg pool that cannot write, and connects when it is first asked; the caller closes it."""
    return await _create_pool(dsn, min_size=0, max_size=size, **_connect_options(timeout_s, read_only=True))


def _connect_options(timeout_s: float, *, read_only: bool = False) -> dict[str, Any]:
    settings = {"application_name": "dynagent"} | ({"default_transaction_read_only": "on"} if read_only else {})
    return {"timeout": timeout_s, "server_settings": settings}


def _dump_json(value: Any) -> str:
    # Not by orjson, except times and ids: people's configurations hold integers of any size.
    return json.dumps(value, ensure_ascii=False, default=lambda item: orjson.loads(orjson.dumps(item)))


def _refuse_closed(adapted: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection that the server closed while it lay idle; costs no round trip."""
    if adapted.driver_connection.is_closed():
        raise DisconnectionError("the server closed this connection")
