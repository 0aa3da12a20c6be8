"""A read replica for what may be read a little late: the traces of ended runs, the audit log, metrics of the queue.

It may be away, or far behind: then all of that is asked of the primary, as without a replica. What somebody has just
written is never read here.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from dynagent.application.shared.bus import OpenScope
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.errors import Unavailable
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.database import (
    Database,
    DatabaseSettings,
    libpq_url,
    open_engine,
    open_reading_pool,
)
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.queue import latest_beat_s
from dynagent.infrastructure.postgres.unit_of_work import Scope, Scopes

log = structlog.get_logger()

CHECK_S = 2.0
ANSWER_S = 2.0


class Replica:
    """Connections to the replica, with a watch on how late it is. `lease_s` is how long a heartbeat's lease lasts."""

    def __init__(self, settings: DatabaseSettings, *, lease_s: float) -> None:
        url = settings.database_replica_url
        if url is None:
            raise ValueError("there is no replica")
        self._dsn = libpq_url(url.get_secret_value())
        self._settings = settings
        self._lease_s = lease_s
        self._usable = False
        self._pool: Any = None
        self._engine = open_engine(
            self._dsn,
            connect_timeout_s=ANSWER_S,
            read_only=True,
            pool_size=settings.database_pool_size,
            pool_timeout=ANSWER_S,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, autoflush=False)
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = "not asked yet"
        """Why the replica is not read at the moment."""

    async def start(self) -> None:
        """Ask how it is, now and every `CHECK_S` seconds. Raises nothing when it is away."""
        size = self._settings.database_direct_pool_size
        self._pool = await open_reading_pool(self._dsn, size=size, timeout_s=ANSWER_S)
        await self.check()
        self._task = asyncio.create_task(self._watch(), name="replica-watch")

    async def stop(self) -> None:
        """Close the connections."""
        await end_tasks([self._task])
        self._usable = False
        if self._pool is not None:
            self._pool.terminate()
        await self._engine.dispose()

    @property
    def pool(self) -> Pool | None:
        """The raw pool, None while the replica is not to be read."""
        return self._pool if self._usable else None

    @property
    def sessions(self) -> Callable[[], AsyncSession] | None:
        """What makes sessions, None while the replica is not to be read."""
        return self._sessions if self._usable else None

    def scopes_of(self, database: Database) -> Callable[[], OpenScope | None]:
        """Return what gives, while the replica may be read, the way to open scopes there."""

        def open_late() -> OpenScope | None:
            sessions = self.sessions
            if sessions is None:
                return None
            scopes = Scopes(database, deliver=lambda _: None, sessions=sessions)

            @asynccontextmanager
            async def late(caller: Caller) -> AsyncGenerator[Scope]:
                try:
                    async with scopes.open(caller) as scope:
                        yield scope
                except Unavailable as error:
                    self.note_failure(error)
                    raise

            return late

        return open_late

    async def check(self) -> None:
        """Find out whether it is there and not too late."""
        try:
            async with asyncio.timeout(ANSWER_S):
                age_s = await latest_beat_s(self._pool, self._lease_s)
        except Exception as error:
            self.note_failure(error)
            return
        limit_s = self._settings.database_replica_max_lag_s
        self._say(None if age_s <= limit_s else f"its latest heartbeat is {age_s:.0f} s old, more than {limit_s:g} s")

    def note_failure(self, error: BaseException) -> None:
        """Read nothing there until the next check has found it well."""
        self._say(" ".join(str(error).split())[:200] or type(error).__name__)

    def _say(self, trouble: str | None) -> None:
        if (trouble is None) != self._usable:
            self._usable = trouble is None
            if trouble is None:
                log.info("replica_is_read")
            else:
                log.warning("replica_is_not_read", reason=trouble, consequence="the primary is asked")
        self.trouble = trouble

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            await self.check()
