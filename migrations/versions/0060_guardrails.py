"""Guardrails of agents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060_guardrails"
down_revision = "0059_workflows"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "guardrails",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("agent_id", _id, sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("config", postgresql.JSONB, nullable=False),
        sa.Column("hold_back", sa.Boolean, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
    )
    op.create_index("ix_guardrails_agent_id", "guardrails", ["agent_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("guardrails")
