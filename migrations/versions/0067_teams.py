"""Teams: which runs are paused, and the iterations of runs for whoever watches all of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067_teams"
down_revision = "0066_triggers"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables; their rows go with their run."""
    op.create_table(
        "team_pauses",
        sa.Column("run_id", _id, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("paused_at", _moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "team_iterations",
        sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("run_id", _id, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("iteration", sa.Integer, nullable=False),
        sa.Column("news", postgresql.JSONB, nullable=False),
        sa.Column("created_at", _moment, nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("run_id", "iteration", name="uq_team_iterations_run_id_iteration"),
    )
    op.create_index("ix_team_iterations_user_id_seq", "team_iterations", ["user_id", "seq"])


def downgrade() -> None:
    """Drop them; runs of teams go as well, no earlier version could show or run them."""
    op.execute("""
WITH RECURSIVE tree AS (
  SELECT id FROM runs WHERE kind = 'team'
  UNION SELECT c.id FROM runs c JOIN tree ON c.parent_run_id = tree.id
), events AS (
  DELETE FROM run_events WHERE execution_id IN (SELECT id FROM tree)
)
DELETE FROM runs WHERE id IN (SELECT id FROM tree)
""")
    op.drop_table("team_iterations")
    op.drop_table("team_pauses")
