"""`dynagent db …`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from dynagent.cli.failures import CannotStart, run
from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.backup import Copied, NotRestorable, back_up, restore, version_of
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.prune import RetentionSettings, table_sizes, tidy, what_tidy_would_remove
from dynagent.infrastructure.postgres.runs.archive import archive
from dynagent.infrastructure.postgres.runs.queue import count_alive
from dynagent.infrastructure.postgres.runs.retention import Pruned, prune, what_would_go
from dynagent.main.engine import NOUNS
from dynagent.main.noun import retention_of, seeds_of


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


def run_prune(days: int | None, *, dry_run: bool = False, archive_to: Path | None = None) -> int:
    """Remove what is older than so many days (None: as configured) and print what that was; return the exit code.

    With `dry_run` it only prints what would go. Runs are written to the file `archive_to` before they are removed.
    """

    async def main() -> int:
        keep = days if days is not None else RetentionSettings().retention_days
        if keep is None:
            raise CannotStart("RETENTION_DAYS is not set, so everything is kept; say what to keep: db prune --days 90")
        async with _migrated() as database:
            rules, older_than = retention_of(NOUNS), timedelta(days=keep)
            if dry_run:
                tidied = await what_tidy_would_remove(database.pool, rules)
                _print_pruned(await what_would_go(database.pool, older_than), keep, "would remove")
            else:
                if archive_to is not None:
                    await _archive(database, older_than, archive_to)
                tidied = await tidy(database.pool, rules)
                _print_pruned(await prune(database.pool, older_than), keep, "removed")
            if any(tidied.values()):
                print("Beside that: " + ", ".join(f"{rows} of {table}" for table, rows in tidied.items() if rows))
            print("The largest tables now:")
            largest = list(await table_sizes(database.pool))[:5]
            print("\n".join(f"{table.bytes / 1e6:10.1f} MB  {table.name}" for table in largest))
        return 0

    return run(main)


async def _archive(database: Database, older_than: timedelta, file: Path) -> None:
    try:
        count = await archive(database.pool, older_than, file)
    except OSError as error:
        raise CannotStart(f"{file} cannot be written, so nothing was removed: {error}") from error
    print(f"archived {count} executions in {file}")


def run_reset(*, sure: bool) -> int:
    """Drop and make all tables; return the exit code. Refuses while a server or worker is alive."""

    async def main() -> int:
        if not sure:
            raise CannotStart("this removes everything in the database; say --yes, and make a backup first")
        async with _dsn() as dsn:
            await _check_unused()
            await migrations.downgrade(dsn, "base")
            await migrations.upgrade(dsn)
        print("dynagent: the database is empty")
        return 0

    return run(main)


def run_backup(file: Path) -> int:
    """Write everything to a new file and print what that was; return the exit code."""

    async def main() -> int:
        async with _migrated() as database:
            try:
                copied = await back_up(database, file)
            except OSError as error:
                raise CannotStart(f"the backup cannot be written: {error.strerror or error}") from None
        print(f"dynagent: {sum(copied.rows.values())} rows of schema {copied.schema_version} are in {file}")
        return 0

    return run(main)


def run_restore(file: Path) -> int:
    """Fill an empty database from a backup and print what that was; return the exit code."""

    async def main() -> int:
        try:
            version = version_of(file)
        except FileNotFoundError:
            raise CannotStart(f"there is no file {file}") from None
        async with _dsn() as dsn:
            copied = await _restore_anew(dsn, file, version)
            found = await migrations.current(dsn)
        print(f"dynagent: restored {sum(copied.rows.values())} rows of schema {copied.schema_version} from {file}")
        if found != version:
            print(f"dynagent: the database is at schema {found}")
        return 0

    return run(main)


async def _restore_anew(dsn: str, file: Path, version: str) -> Copied:
    """Restore; a database without tables gets those of the backup first, and of this program afterwards, or none."""
    if await migrations.current(dsn) is not None:
        return await _restore_into(file)
    if not migrations.knows(version):
        raise NotRestorable(
            f"the backup is of schema {version}, which this program does not know: it is of a newer release"
        )
    await migrations.upgrade(dsn, version)
    try:
        copied = await _restore_into(file)
        await migrations.upgrade(dsn)
    except BaseException:
        await migrations.downgrade(dsn, "base")
        raise
    return copied


async def _restore_into(file: Path) -> Copied:
    async with _connected() as database:
        return await restore(database, file, seeds_of(NOUNS))


def _print_pruned(pruned: Pruned, days: int, done: str) -> None:
    months = f"{len(pruned.partitions)} months as a whole"
    if pruned.partitions:
        months += f" ({', '.join(name.removeprefix('run_events_') for name in pruned.partitions)})"
    print(
        f"dynagent: {done} what ended and is older than {days} days: {pruned.executions} executions, "
        f"{pruned.events} events, {pruned.checkpoints} checkpoints, {months}."
    )


async def _check_unused() -> None:
    async with _connected() as database:
        there = await database.pool.fetchval("SELECT to_regclass('workers') IS NOT NULL")
        alive = sum(await count_alive(database.pool)) if there else 0
    if alive:
        raise CannotStart(f"{alive} servers or workers are alive on this database; stop them first")


@asynccontextmanager
async def _migrated() -> AsyncGenerator[Database]:
    async with _connected() as database:
        await migrations.check_schema(database.pool)
        yield database


@asynccontextmanager
async def _connected() -> AsyncGenerator[Database]:
    configure_logging(LogSettings(log_level="ERROR"))
    database = Database(DatabaseSettings())
    await database.connect()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _dsn() -> AsyncGenerator[str]:
    configure_logging(LogSettings(log_level="ERROR"))
    database = Database(DatabaseSettings())
    try:
        yield await database.start()
    finally:
        await database.close()
