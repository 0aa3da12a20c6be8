"""A user's pending executions, most urgent first: how many wait, and whose turn it is when a place becomes free."""

import sqlalchemy as sa
from alembic import op

revision = "0010_executions_pending_by_user"
down_revision = "0009_checkpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_executions_pending_by_user",
        "executions",
        ["user_id", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_executions_pending_by_user", "executions")
