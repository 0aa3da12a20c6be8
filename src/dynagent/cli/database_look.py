"""What `dynagent doctor` sees of the database: looked at once, told as several parts."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.observability.health import Condition, Finding
from dynagent.infrastructure.observability.parts import judged, judged_clock
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.activity import Activity, read_activity
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.runs.queue import Queue, read_queue

OK, WARN, FAIL = Condition.OK, Condition.WARN, Condition.FAIL
UNKNOWN = Finding(WARN, "not known while the database is away")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was there; `queue` is None in a database without our tables, `ahead_s` is this clock against that one."""

    detail: str
    revision: str | None
    ahead_s: float
    queue: Queue | None
    activity: Activity


class DatabaseLook:
    """Looks when the first part is asked; the others wait for the same look."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._looking: asyncio.Future[_Seen | None] | None = None

    async def database(self) -> Finding:
        """Whether it answers, and whether its schema is this program's."""
        try:
            seen = await self._seen()
        except DynagentError as error:
            advice = (
                "see the server's log in the data directory" if self._database.is_embedded else "check DATABASE_URL"
            )
            return Finding(FAIL, str(error), advice)
        if seen is None:
            return Finding(OK, "embedded PostgreSQL, made at the first start")
        needed = migrations.head()
        if seen.revision == needed:
            return _busy(seen)
        if seen.revision is not None and not migrations.knows(seen.revision):
            advice = "update this program to the release that the database is of; going back loses what is newer"
            return Finding(FAIL, f"{seen.detail}, this program knows none after {needed}", advice)
        advice = "run: dynagent db upgrade (serve does it too)"
        return Finding(WARN, f"{seen.detail}, this program needs {needed}", advice)

    async def processes(self) -> Finding:
        """Whether somebody works at what waits."""
        try:
            seen = await self._seen()
        except DynagentError:
            return UNKNOWN
        if seen is None or seen.queue is None:
            return Finding(OK, "nothing has run here yet")
        return judged(seen.queue)

    async def clock(self) -> Finding:
        """Whether this machine and the database agree about the time."""
        try:
            seen = await self._seen()
        except DynagentError:
            return UNKNOWN
        return judged_clock(0.0 if seen is None else seen.ahead_s)

    async def _seen(self) -> _Seen | None:
        """Return what is there, None where the first start is still to come. Raises DynagentError."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> _Seen | None:
        database = self._database
        if database.is_embedded and not (self._settings.data_dir / "postgres" / "data").exists():
            return None
        await database.connect()
        try:
            revision = await migrations.current(database.dsn)
            pool = database.pool
            server = str(await pool.fetchval("SHOW server_version")).split()[0]
            size = str(await pool.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))"))
            asked_at = datetime.now(UTC)
            moment = await pool.fetchval("SELECT clock_timestamp()")
            middle = asked_at + (datetime.now(UTC) - asked_at) / 2
            activity = await read_activity(pool)
            queue = await read_queue(pool) if await pool.fetchval("SELECT to_regclass('workers')") else None
        finally:
            await database.close()
        where = f"PostgreSQL {server}{', embedded' if database.is_embedded else ''}"
        detail = f"{where}, {size}, schema {revision or 'none'}"
        return _Seen(detail, revision, (middle - moment).total_seconds(), queue, activity)


def _busy(seen: _Seen) -> Finding:
    activity = seen.activity
    trouble = activity.trouble()
    if trouble is not None:
        return Finding(
            WARN, f"{seen.detail}; {trouble}", "look at pg_stat_activity; see docs/scaling.md on connections"
        )
    used = f"{activity.connections} of {activity.max_connections} connections in use"
    cached = f", {activity.cached:.0%} read from memory" if activity.cached else ""
    return Finding(OK, f"{seen.detail}, {used}{cached}")
