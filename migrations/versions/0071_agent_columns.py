"""Agents with a column for each thing that people ask of them in SQL: the view `agent_columns`.

An agent's configuration is one JSON document, as each of its versions is. `llm_model_id` is a model that its owner
has kept; of an agent with another one, or with none, it is null, and `llm_name` says what was asked for.
"""

from alembic import op

revision = "0071_agent_columns"
down_revision = "0070_list_counts"
branch_labels = None
depends_on = None

AGENT_COLUMNS = """
CREATE VIEW agent_columns AS
SELECT a.id AS agent_id, a.user_id, a.name, a.slug, a.kind, a.status, a.version,
  c ->> 'display_name' AS display_name, coalesce(c ->> 'description', '') AS description,
  coalesce(c ->> 'role', '') AS role, coalesce(c ->> 'goal', '') AS goal, coalesce(c ->> 'backstory', '') AS backstory,
  coalesce(c ->> 'instructions', '') AS instructions, m.id AS llm_model_id, c ->> 'model' AS llm_name,
  (c ->> 'temperature')::float8 AS temperature, coalesce(c -> 'tools', '[]') AS tools,
  coalesce(c -> 'tools_config', '[]') AS tools_config, coalesce(c -> 'dependencies', '[]') AS dependencies,
  coalesce((c ->> 'verbose_flag')::boolean, false) AS verbose_flag,
  coalesce((c ->> 'memory_flag')::boolean, false) AS memory_flag,
  coalesce((c ->> 'max_iter')::int, 15) AS max_iter, (c ->> 'max_rpm')::int AS max_rpm,
  coalesce(c -> 'config_data', '{}') AS config_data, a.created_at, a.updated_at
FROM agents AS a CROSS JOIN LATERAL (SELECT a.configuration AS c) AS given
  LEFT JOIN language_models AS m ON m.user_id = a.user_id AND m.name = a.configuration ->> 'model'
"""


def upgrade() -> None:
    """Make the view."""
    op.execute(AGENT_COLUMNS)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP VIEW agent_columns")
