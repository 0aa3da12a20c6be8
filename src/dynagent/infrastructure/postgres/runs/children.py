"""Child runs on PostgreSQL: started once per key, counted at their parent, which goes on when enough have ended.

The count and the parent's state are changed under the lock of the parent's row, in the transaction that starts or ends
the child. So it does not matter whether a child ends before or after its parent has begun to wait.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.runs import ChildLimits, ChildRun, ChildStore, Lane, Notifier, Run, RunLost, RunStatus
from dynagent.core.shared.ids import NewId, new_id
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, insert, read_run, values_of
from dynagent.infrastructure.postgres.runs.submissions import opening_of
from dynagent.infrastructure.postgres.runs.tree_usage import add_up
from dynagent.infrastructure.postgres.statements import fetch, positional, sql

OWNED = """
WITH RECURSIVE line AS (
  SELECT id, parent_run_id, 1 AS depth FROM runs WHERE id = $1
  UNION ALL SELECT p.id, p.parent_run_id, line.depth + 1 FROM line JOIN runs p ON p.id = line.parent_run_id
)
SELECT now() AS now, (SELECT max(depth) FROM line) AS depth FROM runs
WHERE id = $1 AND attempt = $2 AND status = 'running' FOR UPDATE
"""
# A statement of its own, after the lock: only whoever has it starts children, so none can come in between.
KEYS = "SELECT child_key FROM runs WHERE parent_run_id = $1"
_START, _NAMES = positional(
    """
WITH stored AS (
  {insert} RETURNING id, created_at
)
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored
""".replace(
        "{insert}",
        insert(
            conflict="(parent_run_id, child_key) WHERE parent_run_id IS NOT NULL",
            child_key="text",
            not_before="timestamptz",
            notified_at="timestamptz",
        ),
    )
)
COUNT = "UPDATE runs SET open_children = open_children + $2 WHERE id = $1"
BY_KEYS = f"""
SELECT child_key, {COLUMNS} FROM runs WHERE parent_run_id = $1 AND child_key = ANY($2::text[])
"""  # noqa: S608 - constants of the code
ALL = f"SELECT {COLUMNS} FROM runs WHERE parent_run_id = $1 ORDER BY id"  # noqa: S608 - constants of the code
ENDED = """
UPDATE runs p SET open_children = greatest(0, p.open_children - gone.n),
  status = CASE WHEN p.status = 'waiting' AND p.open_children - gone.n <= p.wakes_at_open AND NOT asked.open
    THEN 'pending' ELSE p.status END,
  notified_at = CASE WHEN p.status = 'waiting' AND p.open_children - gone.n <= p.wakes_at_open AND NOT asked.open
    THEN '-infinity' ELSE p.notified_at END
FROM (
  SELECT parent_run_id AS id, count(*)::int AS n FROM runs
  WHERE id = ANY($1::uuid[]) AND parent_run_id IS NOT NULL GROUP BY 1
) AS gone CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM interrupts i WHERE i.execution_id = gone.id AND i.answered_at IS NULL) AS open
) AS asked
WHERE p.id = gone.id
RETURNING p.id::text AS id, p.lane, p.status
"""
OF_OWNER = sql("SELECT {columns} FROM runs WHERE parent_run_id = :id AND user_id = :owner ORDER BY id", columns=COLUMNS)
LONG_AGO = timedelta(days=1)


async def runs_ended(connection: Connection, ids: Sequence[str], *, parents: bool = True) -> list[tuple[str, Lane]]:
    """Count runs that have just ended off at their parents and add up what they used, in the same transaction.

    Returns the parents that are pending now. `parents` says whether some of them may have children themselves.
    """
    rows = await connection.fetch(ENDED, list(ids))
    if parents or any(RunStatus(row["status"]).over for row in rows):
        await add_up(connection, ids)
    return [(row["id"], row["lane"]) for row in rows if row["status"] == "pending"]


async def children_of(session: AsyncSession, parent_id: str, owner: str) -> list[Run]:
    """Return the children of one of an owner's runs, oldest first."""
    return [read_run(row) for row in await fetch(session, OF_OWNER, id=parent_id, owner=owner)]


class PostgresChildren(ChildStore):
    """The children of all runs, within the limits; workers are told of new ones through the notifier."""

    def __init__(
        self, pool: Pool, notifier: Notifier, *, limits: ChildLimits | None = None, new_id: NewId = new_id
    ) -> None:
        self._pool = pool
        self._notifier = notifier
        self._limits = limits or ChildLimits()
        self._new_id = new_id

    async def start(self, parent: Run, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Store and notify workers of those that are not there yet; return all in the order given.

        Raises RunLost, TooManyChildren, RunsTooDeep.
        """
        wanted = {child.stored_key: child for child in children}
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                fresh = await self._store(connection, parent, wanted)
            rows = await self._pool.fetch(BY_KEYS, parent.id, list(wanted))
        found = {row["child_key"]: read_run(row) for row in rows}
        for key in fresh:
            if not wanted[key].delay_s:
                await self._notifier.notify(found[key].id, found[key].lane)
        return [found[child.stored_key] for child in children]

    async def all_of(self, parent: Run) -> Sequence[Run]:
        """Return all children, oldest first."""
        with in_our_words():
            return [read_run(row) for row in await self._pool.fetch(ALL, parent.id)]

    async def _store(self, connection: Connection, parent: Run, wanted: Mapping[str, ChildRun]) -> list[str]:
        """Store the new ones under the lock of their parent; return their keys."""
        owned = await connection.fetchrow(OWNED, parent.id, parent.attempt)
        if owned is None:
            raise RunLost(f"run {parent.id}: attempt {parent.attempt} is over, it can start no children")
        known = {row["child_key"] for row in await connection.fetch(KEYS, parent.id)}
        fresh = [key for key in wanted if key not in known]
        if fresh:
            self._limits.check(children=len(known) + len(fresh), depth=owned["depth"])
            rows = [self._values(parent, wanted[key], owned["now"]) for key in fresh]
            await connection.executemany(_START, rows)
            await connection.execute(COUNT, parent.id, len(fresh))
        return fresh

    def _values(self, parent: Run, child: ChildRun, now: datetime) -> list[Any]:
        begins = now + timedelta(seconds=child.delay_s)
        run = Run(
            id=self._new_id(),
            user_id=parent.user_id,
            kind=child.kind,
            subject_id=child.subject_id,
            subject_version=child.subject_version,
            subject_name=child.subject_name,
            input=child.input,
            parent_run_id=parent.id,
            root_run_id=parent.root_run_id or parent.id,
            correlation_id=parent.correlation_id,
            # Whoever was put into quarantine was so for itself; its children have killed nobody.
            lane="batch" if parent.lane == "quarantine" else parent.lane,
            priority=parent.priority,
            deadline=_earlier(parent.deadline, child.timeout_s and begins + timedelta(seconds=child.timeout_s)),
            created_at=now,
        )
        given = values_of(run) | {
            "opening": opening_of(run),
            "child_key": child.stored_key,
            # Nobody is notified of what is to begin later: the first sweep after that moment takes it.
            "not_before": begins if child.delay_s else None,
            "notified_at": begins - LONG_AGO if child.delay_s else None,
        }
        return [given[name] for name in _NAMES]


def _earlier(deadline: datetime | None, own: datetime | float | None) -> datetime | None:
    if not isinstance(own, datetime):
        return deadline
    return own if deadline is None else min(deadline, own)
