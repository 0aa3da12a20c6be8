"""What the runs of a tree used, added up at their parents, in the transaction in which one of them ends.

A run's own usage is stored with its end; that of its children that have ended is added then. A child that ends later
than its parent is added to all runs above it that have ended: these have been added up without it.
"""

from collections.abc import Sequence
from decimal import Decimal

from dynagent.core.runs import Usage
from dynagent.infrastructure.postgres.pool import Connection

_OVER = "NOT IN ('pending', 'running', 'waiting')"
ABOVE = f"""
WITH RECURSIVE used AS (
  SELECT c.id, c.parent_run_id, c.usage, c.cost_usd FROM runs c
  WHERE (c.id = ANY($1::uuid[]) OR c.parent_run_id = ANY($1::uuid[]))
    AND c.parent_run_id IS NOT NULL AND c.status {_OVER}
), above AS (
  SELECT used.id AS source, p.id, p.parent_run_id FROM used JOIN runs p ON p.id = used.parent_run_id
  WHERE p.status {_OVER}
  UNION ALL SELECT above.source, p.id, p.parent_run_id FROM above JOIN runs p ON p.id = above.parent_run_id
  WHERE p.status {_OVER}
)
SELECT above.id::text AS id, used.usage::text AS usage, used.cost_usd FROM above JOIN used ON used.id = above.source
"""  # noqa: S608 - constants of the code
LOCK = """
SELECT id::text AS id, usage::text AS usage, cost_usd FROM runs WHERE id = ANY($1::uuid[]) ORDER BY id DESC FOR UPDATE
"""
STORE = """
UPDATE runs SET usage = v.usage::jsonb, cost_usd = v.cost_usd
FROM unnest($1::uuid[], $2::text[], $3::numeric[]) AS v(id, usage, cost_usd) WHERE runs.id = v.id
"""


async def add_up(connection: Connection, ids: Sequence[str]) -> None:
    """Add what was used by these runs, which have just ended, and by their children to all above that have ended."""
    parts = await connection.fetch(ABOVE, list(ids))
    if not parts:
        return
    totals: dict[str, tuple[Usage, Decimal | None]] = {}
    for row in [*await connection.fetch(LOCK, list({part["id"] for part in parts})), *parts]:
        usage, cost = totals.get(row["id"], (Usage(), None))
        cost = cost if row["cost_usd"] is None else (cost or Decimal(0)) + row["cost_usd"]
        totals[row["id"]] = usage.plus(Usage.model_validate_json(row["usage"])), cost
    await connection.execute(
        STORE,
        list(totals),
        [usage.model_dump_json() for usage, _ in totals.values()],
        [cost for _, cost in totals.values()],
    )
