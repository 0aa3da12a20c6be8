"""An index for the audit log of one thing: what was done to this agent, this user."""

import sqlalchemy as sa
from alembic import op

revision = "0054_audit_targets"
down_revision = "0053_agents_without_visibility"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_audit_log_target", "audit_log", ["target_kind", "target_id", sa.text("id DESC")])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_audit_log_target", "audit_log")
