"""Moving the schema: upgrade, downgrade, and whether the database is where this code expects it."""

import asyncio
import importlib
import os
import pkgutil
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import dynagent
from dynagent.core.shared.errors import DynagentError, Unavailable
from dynagent.infrastructure.postgres.database import open_engine
from dynagent.infrastructure.postgres.errors import translated
from dynagent.infrastructure.postgres.kit.metadata import metadata
from dynagent.infrastructure.postgres.pool import Pool

_LINK = re.compile(r"""^(revision|down_revision)[^=\n]*=\s*["']([^"']+)["']""", re.MULTILINE)
_ERROR = re.compile(r"[\w.]+(?:Error|Exception): ")
_FOREIGN_PREFIXES = ("checkpoint", "run_events_", "execution_events_", "alembic_version")
"""Tables that LangGraph, the partitions and Alembic itself own; autogenerate leaves them alone."""


class SchemaMismatch(Unavailable):
    """Code and database are at different versions of the schema; the text says which and what to run."""

    code = "schema_mismatch"


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Move the schema up to a revision, all steps or none. Waits for another process that is doing the same."""
    await _run(dsn, lambda command, config: command.upgrade(config, revision))


async def upgrade_apart(dsn: str) -> None:
    """Move the schema up to the head in a process of its own, so that what that takes (20 MB) is given back.

    Raises SchemaMismatch with what kept it from doing so.
    """
    package = str(Path(dynagent.__file__).parents[1])
    places = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": places},
    )
    try:
        _, reported = await process.communicate(dsn.encode())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode:
        lines = reported.decode("utf-8", "replace").strip().splitlines()
        # Of a traceback the line of the error itself; SQLAlchemy's ends with the statement and a link.
        lines = [line for line in lines if _ERROR.match(line)] or lines
        raise SchemaMismatch(
            f"the schema could not be brought to {head()}: {lines[-1] if lines else 'no reason reported'}"
        )


async def downgrade(dsn: str, revision: str) -> None:
    """Move the schema down to a revision (`base`, an id, `-1`), all steps or none."""
    await _run(dsn, lambda command, config: command.downgrade(config, revision))


async def current(dsn: str) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    engine = open_engine(dsn)
    try:
        async with engine.connect() as connection:
            table = await connection.scalar(sa.text("SELECT to_regclass('alembic_version')"))
            return await connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if table else None
    except Exception as error:
        raise translated(error) or error from error
    finally:
        await engine.dispose()


@lru_cache
def head() -> str:
    """Return the revision that this code is written for: the one that no other revision follows.

    Read from the files themselves: every start needs it, and Alembic would cost a sixth of a second and 8 MB.
    """
    links = _links()
    heads = {name for kind, name in links if kind == "revision"} - {name for kind, name in links if kind != "revision"}
    if len(heads) != 1:
        raise RuntimeError(f"there should be one newest revision in {scripts()}, not {sorted(heads)}")
    return heads.pop()


def knows(revision: str) -> bool:
    """Say whether this code has that revision; one that it has not is of a newer release, or of another program."""
    return ("revision", revision) in _links()


def all_tables() -> sa.MetaData:
    """Return the tables of all nouns, found by their files; only who compares them with a database pays for it."""
    for module in pkgutil.walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        importlib.import_module(module.name)
    return metadata


def scripts() -> Path:
    """Return the directory of the revisions: inside the installed package, or at the root of the repository."""
    package = Path(dynagent.__file__).parent
    installed = package / "_migrations"
    return installed if installed.exists() else package.parents[1] / "migrations"


async def version_of(pool: Pool) -> str | None:
    """Return the version that the database says its schema has, None when it says none."""
    if not await pool.fetchval("SELECT to_regclass('schema_version')::text"):
        return None
    return await pool.fetchval("SELECT version FROM schema_version WHERE is_current")


async def check_schema(pool: Pool) -> None:
    """Refuse with SchemaMismatch when the database is not at this code's version of the schema."""
    found = await version_of(pool)
    if found != head():
        raise SchemaMismatch(
            f"the database's schema is at version {found or 'none'}, this program needs {head()}: "
            "run `dynagent db upgrade`"
        )


def record_version(ctx: Any, step: Any, heads: object, run_args: object) -> None:
    """Have `schema_version` say what Alembic has just applied (Alembic calls this after every step)."""
    connection: sa.Connection = ctx.connection
    if not connection.scalar(sa.text("SELECT to_regclass('schema_version')")):
        return
    revisions: tuple[str, ...] = step.destination_revision_ids
    connection.execute(sa.text("UPDATE schema_version SET is_current = false WHERE is_current"))
    for revision in revisions:
        connection.execute(sa.text("INSERT INTO schema_version (version) VALUES (:v)"), {"v": revision})


def is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
    """Say whether autogenerate should compare this object."""
    made_at_run_time = kind == "index" and (name or "").startswith("ix_vector_store_space_")
    return not (made_at_run_time or (kind == "table" and name is not None and name.startswith(_FOREIGN_PREFIXES)))


def _links() -> list[tuple[str, str]]:
    return [link for file in (scripts() / "versions").glob("*.py") for link in _LINK.findall(file.read_text())]


async def _run(dsn: str, action: Callable[[Any, Any], None]) -> None:
    # Only who moves the schema pays for importing Alembic.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    def on_connection(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        action(command, config)

    engine = open_engine(dsn)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(on_connection)
    except CommandError as error:
        known = f"this program knows the schema up to {head()}"
        raise SchemaMismatch(f"{error}; {known}: is the database of a newer release?") from error
    except Exception as error:
        raise translated(error) or error from error
    finally:
        await engine.dispose()


if __name__ == "__main__":
    # `upgrade_apart` is the caller; the address comes by standard input, because arguments can be read by others.
    try:
        asyncio.run(upgrade(sys.stdin.read()))
    except DynagentError as refusal:
        sys.exit(refusal.detail)
