"""Runs of workflows are listed and searched by indexes of their own, and read as tables by SQL."""

from alembic import op

revision = "0064_workflow_executions"
down_revision = "0063_paused_runs"
branch_labels = None
depends_on = None

LISTED = "kind = 'workflow' AND parent_run_id IS NULL"
OVER = "status NOT IN ('pending', 'running', 'waiting')"
STATUS = "CASE status WHEN 'waiting' THEN 'running' WHEN 'timed_out' THEN 'failed' ELSE status END"
DURATION = "extract(epoch FROM completed_at - started_at) * 1000"
# As json and not as jsonb: that would refuse a character which the text of a result may name, and the view with it.
WORKFLOW_EXECUTIONS = f"""
CREATE VIEW workflow_executions AS
SELECT id AS execution_id, subject_id AS workflow_id, user_id, started_at AS start_time, completed_at AS end_time,
  {DURATION} AS duration_ms, {STATUS} AS status, coalesce(input -> 'inputs', '{{}}') AS inputs_json,
  result::json AS final_output_json, usage AS usage_metrics_json, created_at
FROM runs WHERE {LISTED}
"""
TASK_EXECUTIONS = f"""
CREATE VIEW task_executions AS
SELECT s.id AS task_execution_id, s.parent_run_id AS execution_id, s.input -> 'step' ->> 'task_id' AS task_id,
  CASE WHEN s.kind = 'agent' THEN s.subject_id END AS assigned_agent_id, s.started_at AS start_time,
  s.completed_at AS end_time, extract(epoch FROM s.completed_at - s.started_at) * 1000 AS duration_ms,
  {STATUS} AS status,
  coalesce(s.input -> 'inputs', s.input -> 'arguments', s.input -> 'query') AS inputs_data,
  s.result AS output_data, NULL::text AS logs_text, s.error ->> 'message' AS error_message, s.created_at
FROM runs s WHERE s.parent_run_id IS NOT NULL AND s.input -> 'step' IS NOT NULL
"""


def upgrade() -> None:
    """Make the indexes and the views."""
    op.execute(f"CREATE INDEX ix_runs_workflows ON runs (user_id, id DESC) WHERE {LISTED}")
    op.execute(f"CREATE INDEX ix_runs_of_workflow ON runs (subject_id, id DESC) WHERE {LISTED}")
    op.execute(f"CREATE INDEX ix_runs_words_of_workflows ON runs USING gin (words) WHERE {LISTED} AND {OVER}")
    op.execute(WORKFLOW_EXECUTIONS)
    op.execute(TASK_EXECUTIONS)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP VIEW task_executions")
    op.execute("DROP VIEW workflow_executions")
    for name in ("words_of_workflows", "of_workflow", "workflows"):
        op.execute(f"DROP INDEX ix_runs_{name}")
