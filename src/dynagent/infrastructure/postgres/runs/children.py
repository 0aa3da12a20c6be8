"""Child runs on PostgreSQL: started once per key, counted at their parent, whose last open child makes it pending.

The count and the parent's state are changed under the lock of the parent's row, in the transaction that starts or ends
the child. So it does not matter whether a child ends before or after its parent has begun to wait.
"""

from collections.abc import Sequence
from datetime import datetime

from dynagent.core.runs import ChildRun, ChildStore, Lane, Notifier, Run, RunLost
from dynagent.core.shared.ids import NewId, new_id
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, insert, read_run, values_of
from dynagent.infrastructure.postgres.runs.submissions import opening_of
from dynagent.infrastructure.postgres.statements import positional

OWNED = "SELECT now() AS now FROM runs WHERE id = $1 AND attempt = $2 AND status = 'running' FOR UPDATE"
_START, _NAMES = positional(
    """
WITH stored AS (
  {insert} RETURNING id, created_at
), opened AS (
  INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored
)
SELECT count(*)::int AS stored FROM stored
""".replace("{insert}", insert(conflict="(parent_run_id, child_key) WHERE parent_run_id IS NOT NULL", child_key="text"))
)
COUNT = "UPDATE runs SET open_children = open_children + $2 WHERE id = $1"
BY_KEYS = f"""
SELECT child_key, {COLUMNS} FROM runs WHERE parent_run_id = $1 AND child_key = ANY($2::text[])
"""  # noqa: S608 - constants of the code
ALL = f"SELECT {COLUMNS} FROM runs WHERE parent_run_id = $1 ORDER BY id"  # noqa: S608 - constants of the code
ENDED = """
UPDATE runs p SET open_children = greatest(0, p.open_children - gone.n),
  status = CASE WHEN p.status = 'waiting' AND p.open_children <= gone.n AND NOT asked.open
    THEN 'pending' ELSE p.status END,
  notified_at = CASE WHEN p.status = 'waiting' AND p.open_children <= gone.n THEN '-infinity' ELSE p.notified_at END
FROM (
  SELECT parent_run_id AS id, count(*)::int AS n FROM runs
  WHERE id = ANY($1::uuid[]) AND parent_run_id IS NOT NULL GROUP BY 1
) AS gone CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM interrupts i WHERE i.execution_id = gone.id AND i.answered_at IS NULL) AS open
) AS asked
WHERE p.id = gone.id
RETURNING p.id::text AS id, p.lane, p.status
"""


async def children_ended(connection: Connection, ids: Sequence[str]) -> list[tuple[str, Lane]]:
    """Count runs that have just ended off at their parents, in the same transaction; return those pending now."""
    rows = await connection.fetch(ENDED, list(ids))
    return [(row["id"], row["lane"]) for row in rows if row["status"] == "pending"]


class PostgresChildren(ChildStore):
    """The children of all runs; workers are told of new ones through the notifier."""

    def __init__(self, pool: Pool, notifier: Notifier, *, new_id: NewId = new_id) -> None:
        self._pool = pool
        self._notifier = notifier
        self._new_id = new_id

    async def start(self, parent: Run, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Store and notify workers of those that are not there yet; return all in the order given. Raises RunLost."""
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                owned = await connection.fetchrow(OWNED, parent.id, parent.attempt)
                if owned is None:
                    raise RunLost(f"run {parent.id}: attempt {parent.attempt} is over, it can start no children")
                new = [child for child in children if await self._store(connection, parent, child, owned["now"])]
                if new:
                    await connection.execute(COUNT, parent.id, len(new))
        found = await self.of(parent, [child.key for child in children])
        fresh = {child.key for child in new}
        for child, run in zip(children, found, strict=True):
            if child.key in fresh:
                await self._notifier.notify(run.id, run.lane)
        return found

    async def of(self, parent: Run, keys: Sequence[str]) -> Sequence[Run]:
        """Return the children with these keys, in that order."""
        with in_our_words():
            rows = await self._pool.fetch(BY_KEYS, parent.id, list(keys))
        found = {row["child_key"]: read_run(row) for row in rows}
        return [found[key] for key in keys]

    async def all_of(self, parent: Run) -> Sequence[Run]:
        """Return all children, oldest first."""
        with in_our_words():
            return [read_run(row) for row in await self._pool.fetch(ALL, parent.id)]

    async def _store(self, connection: Connection, parent: Run, child: ChildRun, now: datetime) -> bool:
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
            # Whoever was put into quarantine was so for itself; its children have killed nobody.
            lane="batch" if parent.lane == "quarantine" else parent.lane,
            priority=parent.priority,
            deadline=parent.deadline,
            created_at=now,
        )
        given = values_of(run) | {"opening": opening_of(run), "child_key": child.key}
        row = await connection.fetchrow(_START, *(given[name] for name in _NAMES))
        return row is not None and bool(row["stored"])
