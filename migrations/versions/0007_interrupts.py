"""Questions that a run asks a person, with their answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_interrupts"
down_revision = "0006_workers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "interrupts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("call_key", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("value", postgresql.JSONB, nullable=False),
        sa.Column("response_schema", postgresql.JSONB, nullable=False),
        sa.Column("answer", postgresql.JSONB),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_interrupts"),
        sa.UniqueConstraint("execution_id", "call_key", name="uq_interrupts_execution_id_call_key"),
        sa.ForeignKeyConstraint(
            ["execution_id"], ["executions.id"], name="fk_interrupts_execution_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("interrupts")
