"""Indexes for lists of runs of teams, and for tasks by the placed agent that they are assigned to."""

from alembic import op

revision = "0069_team_and_task_indexes"
down_revision = "0068_conversations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both."""
    op.execute("CREATE INDEX ix_runs_teams ON runs (user_id, id DESC) WHERE kind = 'team' AND parent_run_id IS NULL")
    op.create_index("ix_tasks_assigned_workflow_agent_id", "tasks", ["assigned_workflow_agent_id"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_tasks_assigned_workflow_agent_id", "tasks")
    op.drop_index("ix_runs_teams", "runs")
