"""The runs of a schedule are found by the first part of their key."""

import sqlalchemy as sa
from alembic import op

revision = "0034_executions_by_schedule"
down_revision = "0033_waiting_executions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_executions_schedule",
        "executions",
        [sa.text("split_part(schedule_key, ':', 1)"), sa.text("id DESC")],
        postgresql_where=sa.text("schedule_key IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_executions_schedule", table_name="executions")
