"""Links with which one person sets a new password stand beside those of the first setup."""

import sqlalchemy as sa
from alembic import op

revision = "0031_password_links"
down_revision = "0030_schedules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say whom a link is for; null: for whoever sets the installation up."""
    op.add_column("setup_links", sa.Column("user_id", sa.Uuid))
    op.create_foreign_key("fk_setup_links_user_id", "setup_links", "users", ["user_id"], ["id"], ondelete="CASCADE")


def downgrade() -> None:
    """Drop them: without a user they would be links of the first setup."""
    op.execute("DELETE FROM setup_links WHERE user_id IS NOT NULL")
    op.drop_column("setup_links", "user_id")
