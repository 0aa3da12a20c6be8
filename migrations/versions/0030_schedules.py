"""Schedules: when an agent is asked what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030_schedules"
down_revision = "0024_llm_models"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the index of what comes next."""
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("context", postgresql.JSONB, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("next_fire", sa.DateTime(timezone=True)),
        sa.Column("last_fire", sa.DateTime(timezone=True)),
        sa.Column("last_execution_id", sa.Uuid),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ondelete="CASCADE", name="fk_schedules_agent_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_index("ix_schedules_user_id_id", "schedules", ["user_id", sa.text("id DESC")])
    op.create_index(
        "ix_schedules_next_fire", "schedules", ["next_fire"], postgresql_where=sa.text("next_fire IS NOT NULL")
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("schedules")
