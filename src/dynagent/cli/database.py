"""`dynagent db …`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dynagent.cli.failures import run
from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings


def run_upgrade(revision: str) -> int:
    """Move the schema up and print where it is; return the exit code."""

    async def main() -> int:
        async with _dsn() as dsn:
            await migrations.upgrade(dsn, revision)
            print(f"dynagent: the database is at schema {await migrations.current(dsn) or 'none'}")
        return 0

    return run(main)


def run_downgrade(revision: str) -> int:
    """Move the schema down and print where it is; return the exit code."""

    async def main() -> int:
        async with _dsn() as dsn:
            await migrations.downgrade(dsn, revision)
            print(f"dynagent: the database is at schema {await migrations.current(dsn) or 'none'}")
        return 0

    return run(main)


def run_current() -> int:
    """Print the database's revision and ours; the exit code is 1 when they differ."""

    async def main() -> int:
        async with _dsn() as dsn:
            found = await migrations.current(dsn)
        print(f"database: {found or 'empty'}\nprogram:  {migrations.head()}")
        return 0 if found == migrations.head() else 1

    return run(main)


@asynccontextmanager
async def _dsn() -> AsyncGenerator[str]:
    configure_logging(LogSettings(log_level="ERROR"))
    database = Database(DatabaseSettings())
    try:
        yield await database.start()
    finally:
        await database.close()
