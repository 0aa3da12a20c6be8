"""The inbox of open questions begins at a user's waiting executions."""

import sqlalchemy as sa
from alembic import op

revision = "0033_waiting_executions"
down_revision = "0032_model_usage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_executions_waiting", "executions", ["user_id"], postgresql_where=sa.text("status = 'waiting'"))


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_executions_waiting", table_name="executions")
