"""Rows that tests of dispatch and trace begin with."""

from datetime import UTC, datetime
from typing import Any

from dynagent.core.runs import Claim, RunStatus
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases

INSERT = """
INSERT INTO runs (id, user_id, subject_id, subject_version, subject_name, input, lane, priority, status,
  crashes, cancel_requested, usage, created_at, deadline)
VALUES ($1, $2, $3, 1, 'A', '{"query": "q", "context": {"a": 1}}', 'interactive', $4, $5, $6, $7, '{}', $8,
  now() + interval '1 hour')
"""
OPENING = "INSERT INTO run_events VALUES ($1, 1, 0, 'connection', now(), $2)"


async def add_execution(database: Database, **changes: Any) -> str:
    """Insert a pending execution with its opening event; return its id."""
    id = changes.get("id") or new_id()
    await database.pool.execute(
        INSERT,
        id,
        changes.get("user_id") or new_id(),
        new_id(),
        changes.get("priority", 0),
        changes.get("status", "pending"),
        changes.get("crashes", 0),
        changes.get("cancel_requested", False),
        changes.get("created_at") or datetime.now(UTC),
    )
    await database.pool.execute(OPENING, id, '{"type":"connection","seq":1}')
    return id


async def add_worker(database: Database, **settings: Any) -> str:
    """Register a worker with a lease; return its id."""
    worker_id = new_id()
    await PostgresLeases(database.pool, **settings).register(worker_id)
    return worker_id


async def claimed(database: Database, id: str | None = None) -> Claim:
    """Add (unless given) and claim an execution."""
    execution_id = id or await add_execution(database)
    claim = await PostgresDispatch(database.pool, user_cap=1000).claim(execution_id, await add_worker(database))
    assert claim is not None
    return claim


async def status_of(database: Database, id: str) -> RunStatus:
    """Return the stored status."""
    return RunStatus(await database.pool.fetchval("SELECT status FROM runs WHERE id = $1", id))
