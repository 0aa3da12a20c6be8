"""Events of the domain, stored with the change they tell of and delivered at least once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_outbox"
down_revision = "0007_interrupts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index of what is not yet delivered."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("payload", postgresql.JSONB, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_undelivered", "outbox", ["id"], postgresql_where=sa.text("delivered_at IS NULL"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("outbox")
