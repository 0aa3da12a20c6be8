"""Triggers: what signed messages from outside start."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0066_triggers"
down_revision = "0065_schedules_of_workflows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "triggers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("agent_id", sa.Uuid, sa.ForeignKey("agents.id", ondelete="CASCADE")),
        sa.Column("workflow_id", sa.Uuid, sa.ForeignKey("workflows.id", ondelete="CASCADE")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("inputs", postgresql.JSONB, nullable=False),
        sa.Column("replay_window_s", sa.Integer, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("secret_encrypted", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(agent_id, workflow_id) = 1", name="ck_triggers_of_one"),
    )
    op.create_index("ix_triggers_user_id_id", "triggers", ["user_id", sa.text("id DESC")])
    op.create_index("ix_triggers_agent_id", "triggers", ["agent_id"])
    op.create_index("ix_triggers_workflow_id", "triggers", ["workflow_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("triggers")
