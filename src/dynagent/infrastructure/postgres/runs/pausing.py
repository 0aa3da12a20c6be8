"""Pausing whole trees of runs: nothing of a tree whose root is paused is claimed, and time stands still for it.

Only the root says that it is paused, so whatever a running part of the tree starts meanwhile is held back as well.
"""

from dynagent.core.runs import Lane
from dynagent.infrastructure.postgres.pool import Connection
from dynagent.infrastructure.postgres.runs.removal import tree

PAUSE = """
UPDATE runs SET paused_at = now() WHERE id = $1 AND user_id = $2 AND paused_at IS NULL
  AND status IN ('pending', 'running', 'waiting')
"""
# The youngest first: a child's end locks the child and then its parent, so must this.
LOCK_TREE = f"""
{tree("id = $1")}
SELECT id FROM runs WHERE id IN (SELECT id FROM tree) AND status IN ('pending', 'running', 'waiting')
ORDER BY id DESC FOR UPDATE
"""  # noqa: S608 - constants of the code
PAUSED = "SELECT paused_at FROM runs WHERE id = $1 AND user_id = $2 AND paused_at IS NOT NULL FOR UPDATE"
# Of a run that asks somebody, the time until the answer is added with the answer: the pause is part of it.
CONTINUE = """
WITH asking AS (
  SELECT execution_id AS id FROM interrupts WHERE execution_id = ANY($1::uuid[]) AND answered_at IS NULL
), later AS (
  UPDATE interrupts SET expires_at = expires_at + (now() - greatest($2::timestamptz, created_at))
  WHERE execution_id = ANY($1::uuid[]) AND answered_at IS NULL AND expires_at IS NOT NULL
)
UPDATE runs SET paused_at = NULL,
  deadline = CASE WHEN id IN (SELECT id FROM asking) THEN deadline
    ELSE deadline + (now() - greatest($2::timestamptz, created_at)) END,
  notified_at = CASE WHEN status = 'pending' AND not_before IS NULL THEN '-infinity' ELSE notified_at END
WHERE id = ANY($1::uuid[])
RETURNING id::text AS id, lane, status = 'pending' AND (not_before IS NULL OR not_before <= now()) AS due
"""


def going(run: str) -> str:
    """Return the condition that a run, by the alias of its row, is of a tree that is not paused."""
    return (
        f"{run}.paused_at IS NULL AND NOT EXISTS "
        f"(SELECT FROM runs root WHERE root.id = {run}.root_run_id AND root.paused_at IS NOT NULL)"
    )


def now_of(run: str) -> str:
    """Return the moment that it is for a run, by the alias of its row: that of the pause while its tree is paused."""
    of_root = f"SELECT root.paused_at FROM runs root WHERE root.id = {run}.root_run_id"  # noqa: S608 - an alias
    return f"coalesce({run}.paused_at, ({of_root}), clock_timestamp())"


async def pause_tree(connection: Connection, root: str, owner: str) -> None:
    """Pause an owner's tree from now on in the caller's transaction; one that is paused or over stays as it is."""
    await connection.execute(PAUSE, root, owner)


async def continue_tree(connection: Connection, root: str, owner: str) -> list[tuple[str, Lane]] | None:
    """Have a paused tree go on in the caller's transaction; None when it is not paused.

    Deadlines and the times of open questions move by the pause. Returns what workers are to be notified of.
    """
    live = [row["id"] for row in await connection.fetch(LOCK_TREE, root)]
    row = await connection.fetchrow(PAUSED, root, owner)
    if row is None:
        return None
    changed = await connection.fetch(CONTINUE, live, row["paused_at"])
    return [(item["id"], item["lane"]) for item in changed if item["due"]]
