"""The model that answered beside the model that was asked for, which a repeated execution asks for again."""

import sqlalchemy as sa
from alembic import op

revision = "0035_executions_answered_model"
down_revision = "0034_executions_by_schedule"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until now an execution that had ended kept the model that answered in the other one."""
    op.add_column("executions", sa.Column("answered_model", sa.Text))
    op.execute("UPDATE executions SET answered_model = model WHERE completed_at IS NOT NULL")


def downgrade() -> None:
    """Drop the column; what has ended says again which model answered."""
    op.execute("UPDATE executions SET model = answered_model WHERE answered_model IS NOT NULL")
    op.drop_column("executions", "answered_model")
