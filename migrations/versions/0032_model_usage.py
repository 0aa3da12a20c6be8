"""How often each user asked which provider's model, and what that used, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0032_model_usage"
down_revision = "0031_password_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "model_usage",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("cost_usd", sa.Numeric, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_model_usage_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", "provider", "model", name="pk_model_usage"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("model_usage")
