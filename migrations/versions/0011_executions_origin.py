"""Where a repeated execution comes from: replay, retry or fork of another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_executions_origin"
down_revision = "0010_executions_pending_by_user"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("executions", sa.Column("origin", postgresql.JSONB))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("executions", "origin")
