"""What a user says of a conversation: its title, and that it is put away. Its turns are executions."""

import sqlalchemy as sa
from alembic import op

revision = "0041_chats"
down_revision = "0040_indexes_of_removals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a conversation of which nothing was said has no row."""
    op.create_table(
        "chats",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("user_id", "conversation_id", name="pk_chats"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("chats")
