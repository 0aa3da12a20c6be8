"""How Alembic reaches the database: over a connection it is handed, or, run by hand, over DATABASE_URL.

All pending revisions run in one transaction under an advisory lock: two processes that start at once migrate once, and
a failure leaves the schema as it was.
"""

import asyncio
import sys
from typing import Any

import sqlalchemy as sa
from alembic import context

from dynagent.infrastructure.postgres.database import DatabaseSettings, libpq_url, open_engine
from dynagent.infrastructure.postgres.kit.metadata import metadata
from dynagent.infrastructure.postgres.migrations import all_tables, is_ours, record_version

_LOCK = 0x64796E61_6D696772  # "dyna" "migr"


def run_on(connection: sa.Connection) -> None:
    """Run what Alembic was asked for on this connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        include_object=is_ours,
        on_version_apply=record_version,
    )
    with context.begin_transaction():
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


async def run_by_hand() -> None:
    """Run on the database in DATABASE_URL; without it say what to do."""
    url = DatabaseSettings().database_url
    if url is None:
        sys.exit("DATABASE_URL is not set. For the embedded database: dynagent db upgrade")
    all_tables()
    engine = open_engine(libpq_url(url.get_secret_value()))
    async with engine.connect() as connection:
        await connection.run_sync(run_on)
    await engine.dispose()


given: Any = context.config.attributes.get("connection")
if context.is_offline_mode():
    sys.exit("offline mode (--sql) is not supported: partitions depend on the database's clock")
elif given is not None:
    run_on(given)
else:
    asyncio.run(run_by_hand())
