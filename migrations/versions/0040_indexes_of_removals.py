"""Indexes for what removals and the quarantine of tools look up: they read the whole table until now."""

import sqlalchemy as sa
from alembic import op

revision = "0040_indexes_of_removals"
down_revision = "0039_interrupts_expire"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_index("ix_schedules_agent_id", "schedules", ["agent_id"])
    op.create_index("ix_llm_models_key_id", "llm_models", ["key_id"], postgresql_where=sa.text("key_id IS NOT NULL"))
    op.create_index(
        "ix_audit_log_incidents",
        "audit_log",
        ["target_kind", "target_id", "at"],
        postgresql_where=sa.text("outcome = 'incident'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_audit_log_incidents", "audit_log")
    op.drop_index("ix_llm_models_key_id", "llm_models")
    op.drop_index("ix_schedules_agent_id", "schedules")
