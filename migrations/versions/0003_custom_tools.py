"""Tools that users registered, and their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_custom_tools"
down_revision = "0002_agents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "custom_tools",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reflection", postgresql.JSONB, nullable=False),
        sa.Column("policy", postgresql.JSONB, nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source_hash", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_tools"),
        sa.UniqueConstraint("user_id", "name", name="uq_custom_tools_user_id_name"),
    )
    op.create_table(
        "custom_tool_versions",
        sa.Column("tool_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reflection", postgresql.JSONB, nullable=False),
        sa.Column("policy", postgresql.JSONB, nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("source_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tool_id", "version", name="pk_custom_tool_versions"),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["custom_tools.id"], name="fk_custom_tool_versions_tool_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("custom_tool_versions")
    op.drop_table("custom_tools")
