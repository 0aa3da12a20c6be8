"""Costs that are not known are null, not nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0055_unknown_costs"
down_revision = "0054_audit_targets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let them be null, and make those so that were counted as nothing."""
    op.alter_column("model_usage", "cost_usd", existing_type=sa.Numeric(), nullable=True)
    op.execute("UPDATE model_usage SET cost_usd = NULL WHERE cost_usd = 0")


def downgrade() -> None:
    """Count them as nothing again."""
    op.execute("UPDATE model_usage SET cost_usd = 0 WHERE cost_usd IS NULL")
    op.alter_column("model_usage", "cost_usd", existing_type=sa.Numeric(), nullable=False)
