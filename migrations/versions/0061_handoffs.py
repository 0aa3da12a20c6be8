"""Handoffs between agents, and which agent has answered a run that was handed over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061_handoffs"
down_revision = "0060_guardrails"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "handoffs",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("agent_id", _id, sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target_agent_id", _id, sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("condition", postgresql.JSONB),
        sa.Column("input_mapping", postgresql.JSONB, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("agent_id", "target_agent_id", name="uq_handoffs_agent_id_target_agent_id"),
    )
    op.create_index("ix_handoffs_target_agent_id", "handoffs", ["target_agent_id"])
    op.add_column("runs", sa.Column("answered_by", postgresql.JSONB))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("runs", "answered_by")
    op.drop_table("handoffs")
