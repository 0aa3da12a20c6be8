"""Files of users, uploads that are begun, and what files are attached to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0076_files"
down_revision = "0068_conversations"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def _owner() -> "sa.Column[object]":
    return sa.Column("user_id", _id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


def _links(table: str, subject: str, subjects: str) -> None:
    op.create_table(
        table,
        sa.Column(subject, _id, sa.ForeignKey(f"{subjects}.id", ondelete="CASCADE"), nullable=False),
        sa.Column("file_id", _id, sa.ForeignKey("file_store.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint(subject, "file_id"),
    )
    op.create_index(f"ix_{table}_file_id", table, ["file_id"])


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "file_store",
        sa.Column("id", _id, primary_key=True),
        _owner(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("scanned_at", _moment),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("user_id", "content_hash"),
        sa.UniqueConstraint("object_key"),
    )
    op.create_index("ix_file_store_user_id_id", "file_store", ["user_id", sa.text("id DESC")])
    op.create_table(
        "file_uploads",
        sa.Column("id", _id, primary_key=True),
        _owner(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("parts", postgresql.JSONB, nullable=False),
        sa.Column("expected_hash", sa.Text),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
    )
    op.create_index("ix_file_uploads_user_id_id", "file_uploads", ["user_id", sa.text("id DESC")])
    op.create_index("ix_file_uploads_updated_at", "file_uploads", ["updated_at"])
    _links("agentfiles", "agent_id", "agents")
    _links("workflow_files", "workflow_id", "workflows")


def downgrade() -> None:
    """Drop them; the objects stay in the object store."""
    for table in ("workflow_files", "agentfiles", "file_uploads", "file_store"):
        op.drop_table(table)
