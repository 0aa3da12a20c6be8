"""The context of an agent: one document that every run of it is given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0051_agent_context"
down_revision = "0050_lists_searched"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "agent_context",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent_context"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_agent_context_agent_id", ondelete="CASCADE"),
        sa.UniqueConstraint("agent_id", name="uq_agent_context_agent_id"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("agent_context")
