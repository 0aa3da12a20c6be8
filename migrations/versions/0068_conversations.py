"""Conversations between agents with their messages, and the policy of who may talk to whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0068_conversations"
down_revision = "0067_teams"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)
_user = "users.id"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "agent_conversations",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, sa.ForeignKey(_user, ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("first_agent", sa.Text, nullable=False),
        sa.Column("second_agent", sa.Text, nullable=False),
        sa.Column("last_message_at", _moment, nullable=False),
        sa.Column("archived_at", _moment),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("user_id", "key", name="uq_agent_conversations_user_id_key"),
        sa.UniqueConstraint(
            "user_id", "first_agent", "second_agent", name="uq_agent_conversations_user_id_first_agent_second_agent"
        ),
    )
    op.create_index("ix_agent_conversations_user_id_id", "agent_conversations", ["user_id", sa.text("id DESC")])
    op.create_table(
        "agent_messages",
        sa.Column("id", _id, primary_key=True),
        sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("user_id", _id, sa.ForeignKey(_user, ondelete="CASCADE"), nullable=False),
        sa.Column("conversation_id", _id, sa.ForeignKey("agent_conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("run_id", _id, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("from_agent", sa.Text, nullable=False),
        sa.Column("to_agent", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("iteration", sa.Integer, nullable=False),
        sa.Column("metadata", postgresql.JSONB, nullable=False),
        sa.UniqueConstraint("run_id", "place", name="uq_agent_messages_run_id_place"),
    )
    op.create_index("ix_agent_messages_user_id_seq", "agent_messages", ["user_id", "seq"])
    op.create_index("ix_agent_messages_conversation_id_id", "agent_messages", ["conversation_id", sa.text("id DESC")])
    op.create_index("ix_agent_messages_at", "agent_messages", ["at"])
    op.create_table(
        "communication_policy",
        sa.Column(
            "id",
            sa.SmallInteger,
            sa.CheckConstraint("id = 1", name="ck_one"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("policy", postgresql.JSONB, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
    )


def downgrade() -> None:
    """Drop them, with everything that agents have said to each other."""
    for table in ("communication_policy", "agent_messages", "agent_conversations"):
        op.drop_table(table)
