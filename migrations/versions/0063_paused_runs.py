"""When the root of a tree of runs was paused: until it goes on, nothing of the tree is claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0063_paused_runs"
down_revision = "0062_output_types"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the index by which the few that are paused are found."""
    op.add_column("runs", sa.Column("paused_at", sa.DateTime(timezone=True)))
    op.create_index("ix_runs_paused", "runs", ["id"], postgresql_where=sa.text("paused_at IS NOT NULL"))


def downgrade() -> None:
    """Remove both; what was paused goes on."""
    op.drop_index("ix_runs_paused", "runs")
    op.drop_column("runs", "paused_at")
