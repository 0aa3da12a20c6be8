"""Removing runs: their descendants, logs, what their models were sent, and checkpoints go with them, in one statement.

The planner cannot guess how small the tree is: LATERAL with OFFSET 0 and the array keep it to the indexes.
"""

TREE = """
WITH RECURSIVE tree AS (
  SELECT id FROM runs WHERE {which}
  UNION SELECT c.id FROM tree CROSS JOIN LATERAL (
    SELECT id FROM runs WHERE parent_run_id = tree.id OFFSET 0
  ) AS c
)"""
"""Runs with all that they have started, they with theirs."""
REMOVE = f"""{TREE}, gone AS (
  DELETE FROM runs WHERE id = ANY(ARRAY(SELECT id FROM tree)) RETURNING id
), events AS (
  DELETE FROM run_events USING gone WHERE execution_id = gone.id RETURNING 1
), calls AS (
  DELETE FROM run_model_calls USING gone WHERE execution_id = gone.id
), parts AS (
  DELETE FROM run_model_call_parts USING gone WHERE execution_id = gone.id
), writes AS (
  DELETE FROM checkpoint_writes USING gone WHERE thread_id = gone.id::text
), blobs AS (
  DELETE FROM checkpoint_blobs USING gone WHERE thread_id = gone.id::text
), kept AS (
  DELETE FROM checkpoints USING gone WHERE thread_id = gone.id::text RETURNING 1
)"""  # noqa: S608 - constants of the code


def tree(which: str) -> str:
    """Return the common table expression of the runs under a condition with all their descendants: `tree`."""
    return TREE.replace("{which}", which)


def remove(which: str) -> str:
    """Return the common table expressions that remove the runs under a condition: `gone`, `events` and `kept`."""
    return REMOVE.replace("{which}", which)
