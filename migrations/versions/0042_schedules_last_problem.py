"""Why a schedule started nothing when it was last due; without it its owner sees that nothing happened, no more."""

import sqlalchemy as sa
from alembic import op

revision = "0042_schedules_last_problem"
down_revision = "0041_chats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("schedules", sa.Column("last_problem", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("schedules", "last_problem")
