"""Workflows with their versions, and the placed agents and tasks of the current ones as rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059_workflows"
down_revision = "0058_model_addresses"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "workflows",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("process_type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("definition", postgresql.JSONB, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
    )
    op.create_index("ix_workflows_user_id_id", "workflows", ["user_id", sa.text("id DESC")])
    op.create_table(
        "workflow_versions",
        sa.Column("workflow_id", _id, sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("definition", postgresql.JSONB, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("created_by", _id, nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "version"),
    )
    op.create_table(
        "workflow_agents",
        sa.Column("workflow_agent_id", _id, primary_key=True),
        sa.Column("workflow_id", _id, sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column("agent_id", _id, nullable=False),
        sa.Column("alias_in_workflow", sa.Text),
        sa.Column("sequence_order", sa.Integer),
    )
    op.create_index("ix_workflow_agents_workflow_id", "workflow_agents", ["workflow_id"])
    op.create_index("ix_workflow_agents_agent_id", "workflow_agents", ["agent_id"])
    _tasks()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", _id, primary_key=True),
        sa.Column("workflow_id", _id, sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "assigned_workflow_agent_id",
            _id,
            sa.ForeignKey("workflow_agents.workflow_agent_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("expected_output", sa.Text, nullable=False),
        sa.Column("context_task_ids", postgresql.JSONB, nullable=False),
        sa.Column("human_input_required", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("config_json", postgresql.JSONB, nullable=False),
        sa.Column("sequence_order", sa.Integer, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
    )
    op.create_index("ix_tasks_workflow_id", "tasks", ["workflow_id"])


def downgrade() -> None:
    """Drop them; runs of workflows go as well, no earlier version could show or run them."""
    op.execute("DELETE FROM run_events USING runs WHERE runs.kind <> 'agent' AND execution_id = runs.id")
    op.execute("DELETE FROM runs WHERE kind <> 'agent'")
    for table in ("tasks", "workflow_agents", "workflow_versions", "workflows"):
        op.drop_table(table)
