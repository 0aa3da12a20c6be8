"""Which knowledge bases agents have."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0079_agent_knowledge_bases"
down_revision = "0078_knowledge"
branch_labels = None
depends_on = None

_id = postgresql.UUID


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "agent_knowledge_bases",
        sa.Column("agent_kb_id", _id, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("agent_id", _id, sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kb_id", _id, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("agent_id", "kb_id", name="uq_agent_knowledge_bases_agent_id_kb_id"),
    )
    op.create_index("ix_agent_knowledge_bases_kb_id", "agent_knowledge_bases", ["kb_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("agent_knowledge_bases")
