"""Executions: the one authority over what runs. Indexes for lists, and partial ones for live rows only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_executions"
down_revision = "0003_custom_tools"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "executions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("agent_version", sa.Integer, nullable=False),
        sa.Column("agent_name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("context", postgresql.JSONB, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("crashes", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("worker", sa.Uuid),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("rung_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("deadline", sa.DateTime(timezone=True)),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("schedule_key", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("error", postgresql.JSONB),
        sa.Column("usage", postgresql.JSONB, nullable=False),
        sa.Column("cost_usd", sa.Numeric),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
        sa.UniqueConstraint("user_id", "idempotency_key", name="uq_executions_user_id_idempotency_key"),
        sa.UniqueConstraint("schedule_key", name="uq_executions_schedule_key"),
    )
    newest = sa.text("id DESC")
    op.create_index("ix_executions_user_id_id", "executions", ["user_id", newest])
    op.create_index("ix_executions_user_id_agent_id_id", "executions", ["user_id", "agent_id", newest])
    op.create_index(
        "ix_executions_user_id_conversation_id_id",
        "executions",
        ["user_id", "conversation_id", "id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.create_index(
        "ix_executions_pending",
        "executions",
        ["lane", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_executions_running", "executions", ["worker"], postgresql_where=sa.text("status = 'running'"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("executions")
