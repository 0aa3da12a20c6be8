"""The database, opened for a process that serves or works: there, of this program's schema, months made ahead."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from dynagent.core.shared.tasks import STOP_S, ended
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.pooling import check_sessions
from dynagent.infrastructure.postgres.runs.retention import make_months_ahead


@asynccontextmanager
async def open_database(settings: DatabaseSettings, announce: Callable[[str], None]) -> AsyncGenerator[Database]:
    """Give the database, its schema brought up to date where it is older.

    Raises DatabaseUnreachable, SchemaMismatch. `announce` is called with a line for people at each step.
    """
    database = Database(settings)
    try:
        await database.connect()
        announce(f"{'embedded PostgreSQL' if database.is_embedded else 'PostgreSQL'} is up")
        if not database.is_embedded:
            await check_sessions(database.pool)
        try:
            await migrations.check_schema(database.pool)
        except migrations.SchemaMismatch:
            announce(f"bringing the schema to {migrations.head()}")
            await migrations.upgrade_apart(database.dsn)
            await migrations.check_schema(database.pool)
        await make_months_ahead(database.pool)
        yield database
    finally:
        # A server of our own ends with it, which takes its time on a busy disk.
        await ended(database.close(), "the database", within_s=3 * STOP_S)
