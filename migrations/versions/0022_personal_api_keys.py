"""Keys with which programs act for people."""

import sqlalchemy as sa
from alembic import op

revision = "0022_personal_api_keys"
down_revision = "0021_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "personal_api_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_personal_api_keys_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_personal_api_keys_key_hash"),
    )
    op.create_index("ix_personal_api_keys_user_id", "personal_api_keys", ["user_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("personal_api_keys")
