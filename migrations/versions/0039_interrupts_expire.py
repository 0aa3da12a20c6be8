"""Questions expire: what happens then, and an index of those that can."""

import sqlalchemy as sa
from alembic import op

revision = "0039_interrupts_expire"
down_revision = "0038_executions_output_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("interrupts", sa.Column("on_expiry", sa.Text))
    op.create_index(
        "ix_interrupts_expiring",
        "interrupts",
        ["expires_at"],
        postgresql_where=sa.text("answered_at IS NULL AND expires_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop both; what waits then waits for ever."""
    op.drop_index("ix_interrupts_expiring", "interrupts")
    op.drop_column("interrupts", "on_expiry")
