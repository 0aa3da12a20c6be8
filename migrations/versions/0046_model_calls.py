"""What model calls were sent: the calls, and their messages, tools and parameters once per run by their hash."""

import sqlalchemy as sa
from alembic import op

revision = "0046_model_calls"
down_revision = "0045_runs_of_a_tree"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; like the trace's they refer to runs without a foreign key, and are removed with them."""
    op.create_table(
        "run_model_calls",
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("call_key", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head", sa.JSON, nullable=False),
        sa.Column("messages", sa.LargeBinary, nullable=False),
        sa.Column("tools", sa.LargeBinary, nullable=False),
        sa.Column("parameters", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("execution_id", "call_key", name="pk_run_model_calls"),
    )
    op.create_table(
        "run_model_call_parts",
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("execution_id", "hash", name="pk_run_model_call_parts"),
    )


def downgrade() -> None:
    """Drop both; what was sent is gone, the runs and their traces stay."""
    op.drop_table("run_model_call_parts")
    op.drop_table("run_model_calls")
