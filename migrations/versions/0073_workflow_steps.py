"""The nodes of workflows are read as a table by SQL, with their links; steps of runs have the lines of their logs."""

from alembic import op

revision = "0073_workflow_steps"
down_revision = "0069_team_and_task_indexes"
branch_labels = None
depends_on = None

WORKFLOW_STEPS = """
CREATE VIEW workflow_steps AS
SELECT w.id AS workflow_id, w.user_id, n.node ->> 'id' AS step_id, n.place::int AS sequence_order,
  n.node ->> 'type' AS step_type, n.node ->> 'alias' AS alias, n.node ->> 'agent_id' AS agent_id,
  n.node ->> 'parent' AS parent_step_id, n.node -> 'config' AS config_json, n.node -> 'position' AS position_json,
  (SELECT t.task ->> 'task_id' FROM jsonb_array_elements(w.definition -> 'tasks') WITH ORDINALITY AS t(task, place)
    WHERE t.task ->> 'node_id' = n.node ->> 'id' ORDER BY t.place LIMIT 1) AS task_id,
  (SELECT coalesce(jsonb_agg(e.edge ORDER BY e.place), '[]')
    FROM jsonb_array_elements(w.definition -> 'edges') WITH ORDINALITY AS e(edge, place)
    WHERE e.edge ->> 'source' = n.node ->> 'id') AS links_json
FROM workflows w CROSS JOIN LATERAL jsonb_array_elements(w.definition -> 'nodes') WITH ORDINALITY AS n(node, place)
"""
TASK_EXECUTIONS = """
CREATE OR REPLACE VIEW task_executions AS
SELECT s.id AS task_execution_id, s.parent_run_id AS execution_id, s.input -> 'step' ->> 'task_id' AS task_id,
  CASE WHEN s.kind = 'agent' THEN s.subject_id END AS assigned_agent_id, s.started_at AS start_time,
  s.completed_at AS end_time, extract(epoch FROM s.completed_at - s.started_at) * 1000 AS duration_ms,
  CASE status WHEN 'waiting' THEN 'running' WHEN 'timed_out' THEN 'failed' ELSE status END AS status,
  coalesce(s.input -> 'inputs', s.input -> 'arguments', s.input -> 'query') AS inputs_data,
  s.result AS output_data, {logs} AS logs_text, s.error ->> 'message' AS error_message, s.created_at
FROM runs s WHERE s.parent_run_id IS NOT NULL AND s.input -> 'step' IS NOT NULL
"""
LINES = """(
    SELECT string_agg(v.payload ->> 'line', E'\\n' ORDER BY v.seq) FROM run_events v
    WHERE v.execution_id = s.id AND v.type IN ('tool_start', 'tool_end')
  )"""


def upgrade() -> None:
    """Make the view of the nodes, and that of the steps anew."""
    op.execute(WORKFLOW_STEPS)
    op.execute(TASK_EXECUTIONS.replace("{logs}", LINES))


def downgrade() -> None:
    """Leave the nodes to the definitions, and the logs to the traces."""
    op.execute(TASK_EXECUTIONS.replace("{logs}", "NULL::text"))
    op.execute("DROP VIEW workflow_steps")
