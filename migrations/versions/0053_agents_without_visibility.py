"""Agents have no visibility: it was always `private`, and nothing could change or read it."""

import sqlalchemy as sa
from alembic import op

revision = "0053_agents_without_visibility"
down_revision = "0052_memory_as_it_was"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column."""
    op.drop_column("agents", "visibility")


def downgrade() -> None:
    """Add it as it was."""
    op.add_column("agents", sa.Column("visibility", sa.Text, nullable=False, server_default="private"))
    op.alter_column("agents", "visibility", server_default=None)
