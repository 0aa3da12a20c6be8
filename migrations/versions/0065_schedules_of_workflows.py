"""A schedule is one of an agent or of a workflow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0065_schedules_of_workflows"
down_revision = "0064_workflow_executions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the workflow and its inputs; the agent may be missing then."""
    op.alter_column("schedules", "agent_id", nullable=True)
    op.add_column("schedules", sa.Column("workflow_id", sa.Uuid))
    op.add_column("schedules", sa.Column("inputs", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")))
    op.create_foreign_key(
        "fk_schedules_workflow_id_workflows", "schedules", "workflows", ["workflow_id"], ["id"], ondelete="CASCADE"
    )
    op.create_check_constraint("ck_schedules_of_one", "schedules", "num_nonnulls(agent_id, workflow_id) = 1")
    op.create_index("ix_schedules_workflow_id", "schedules", ["workflow_id"])


def downgrade() -> None:
    """Remove them with the schedules of workflows."""
    op.execute("DELETE FROM schedules WHERE agent_id IS NULL")
    op.drop_index("ix_schedules_workflow_id", "schedules")
    op.drop_constraint("ck_schedules_of_one", "schedules")
    op.drop_constraint("fk_schedules_workflow_id_workflows", "schedules")
    op.drop_column("schedules", "inputs")
    op.drop_column("schedules", "workflow_id")
    op.alter_column("schedules", "agent_id", nullable=False)
