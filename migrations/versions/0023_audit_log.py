"""Who did what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_audit_log"
down_revision = "0022_personal_api_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("target_kind", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("target_id", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("details", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_action_id", "audit_log", ["action", sa.literal_column("id DESC")], unique=False)
    op.create_index("ix_audit_log_actor_id_id", "audit_log", ["actor_id", sa.literal_column("id DESC")], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("audit_log")
