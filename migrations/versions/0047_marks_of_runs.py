"""Marks of runs: limits that were hit, tools that failed, models that stepped in; found by an index of those alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047_marks_of_runs"
down_revision = "0046_model_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; runs that have ended before have no marks. Most never have any: the index leaves those out."""
    marks = sa.Column("marks", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("runs", marks)
    op.create_index(
        "ix_runs_marks", "runs", ["marks"], postgresql_using="gin", postgresql_where=sa.text("marks <> '{}'")
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_runs_marks", "runs")
    op.drop_column("runs", "marks")
