"""What people say about runs: a rating with a comment, a note, tags."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049_run_annotations"
down_revision = "0048_runs_searched"
branch_labels = None
depends_on = None

TABLE = "run_annotations"


def upgrade() -> None:
    """Make the table; a row goes with its run."""
    op.create_table(
        TABLE,
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("rating", sa.Text),
        sa.Column("comment", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("tags", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("run_id", "user_id", name="pk_run_annotations"),
    )
    rated, tagged = sa.text("rating IS NOT NULL"), sa.text("tags <> '{}'::text[]")
    op.create_index("ix_run_annotations_rating", TABLE, ["user_id", "rating", "run_id"], postgresql_where=rated)
    op.create_index("ix_run_annotations_tags", TABLE, ["tags"], postgresql_using="gin", postgresql_where=tagged)


def downgrade() -> None:
    """Remove it, with what people said."""
    op.drop_table(TABLE)
