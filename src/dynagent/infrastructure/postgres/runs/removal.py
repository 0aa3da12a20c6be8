"""Removing runs: their descendants, logs and checkpoints go with them, in one statement."""

REMOVE = """
WITH RECURSIVE tree AS (
  SELECT id FROM runs WHERE {which}
  UNION SELECT c.id FROM runs c JOIN tree ON c.parent_run_id = tree.id
), gone AS (
  DELETE FROM runs USING tree WHERE runs.id = tree.id RETURNING runs.id
), events AS (
  DELETE FROM run_events USING gone WHERE execution_id = gone.id RETURNING 1
), writes AS (
  DELETE FROM checkpoint_writes USING gone WHERE thread_id = gone.id::text
), blobs AS (
  DELETE FROM checkpoint_blobs USING gone WHERE thread_id = gone.id::text
), kept AS (
  DELETE FROM checkpoints USING gone WHERE thread_id = gone.id::text RETURNING 1
)"""


def remove(which: str) -> str:
    """Return the common table expressions that remove the runs under a condition: `gone`, `events` and `kept`."""
    return REMOVE.replace("{which}", which)
