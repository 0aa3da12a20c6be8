"""How many runs everybody has started, in `list_counts`: by the housekeeping up to a moment, newer ones when asked.

Counting as each run is stored would have all submissions of a user wait for each other.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.ids import NIL_ID
from dynagent.infrastructure.postgres.pool import Connection
from dynagent.infrastructure.postgres.statements import fetch_one, sql

SETTLED_AFTER = timedelta(minutes=10)
"""After so long no transaction stores a run with an id of that time any more."""
COUNTED_ANEW_AFTER = timedelta(days=1)
"""A run that was stored later all the same (a worker's clock went wrong) is missed for so long."""
# The same as in migration 0070: whoever removes runs holds it shared.
LOCK = "SELECT pg_advisory_xact_lock(7239939240533914990)"
FORGET = """
DELETE FROM list_counts WHERE list LIKE 'runs:%'
  AND (SELECT min(created_at) FROM list_counts WHERE list LIKE 'runs:%') < now() - $1::interval
"""
ADD = """
INSERT INTO list_counts AS c (list, user_id, n, up_to)
SELECT 'runs:' || kind, user_id, count(*), dyn_uuid_floor(now() - $1::interval) FROM runs
WHERE parent_run_id IS NULL AND id <= dyn_uuid_floor(now() - $1::interval)
  AND id > coalesce(
    (SELECT up_to FROM list_counts WHERE list LIKE 'runs:%' ORDER BY up_to DESC LIMIT 1), CAST($2 AS uuid)
  )
GROUP BY kind, user_id
ON CONFLICT (list, user_id) DO UPDATE SET n = c.n + excluded.n, updated_at = now()
"""
ADVANCE = "UPDATE list_counts SET up_to = dyn_uuid_floor(now() - $1::interval) WHERE list LIKE 'runs:%'"
LENGTH = """
SELECT sum(n) + (
  SELECT count(*) FROM runs WHERE user_id = :owner AND {listed} AND id > (
    SELECT up_to FROM list_counts WHERE user_id = :owner AND list = ANY(CAST(:lists AS text[])) LIMIT 1
  )
) AS n FROM list_counts WHERE user_id = :owner AND list = ANY(CAST(:lists AS text[]))
"""


async def count_settled(connection: Connection) -> None:
    """Count what has been started since it was counted last, but for the newest."""
    async with connection.transaction():
        await connection.execute(LOCK)
        await connection.execute(FORGET, COUNTED_ANEW_AFTER)
        await connection.execute(ADD, SETTLED_AFTER, NIL_ID)
        await connection.execute(ADVANCE, SETTLED_AFTER)


async def length_of(session: AsyncSession, owner: str, listed: str, kinds: tuple[str, ...]) -> int | None:
    """Return how many runs of these kinds an owner has started, None when none were counted yet.

    `listed` is the condition of the index that has them.
    """
    lists = [f"runs:{kind}" for kind in kinds]
    row = await fetch_one(session, sql(LENGTH, listed=listed), owner=owner, lists=lists)
    return None if row is None or row["n"] is None else int(row["n"])
