"""Runs of a tree: what request they come from, and at how many open children a waiting run goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0045_runs_of_a_tree"
down_revision = "0044_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; a run that waits now goes on with the end of its last child, as it did before."""
    op.add_column("runs", sa.Column("correlation_id", sa.Text))
    op.add_column("runs", sa.Column("wakes_at_open", sa.Integer, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    """Drop both columns."""
    op.drop_column("runs", "wakes_at_open")
    op.drop_column("runs", "correlation_id")
