"""Private addresses that an administrator allows models to be at."""

import sqlalchemy as sa
from alembic import op

revision = "0058_model_addresses"
down_revision = "0057_model_health"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "model_addresses",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("allowed_by", sa.Uuid),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", "port", name="pk_model_addresses"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("model_addresses")
