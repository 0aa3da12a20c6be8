"""LangGraph's checkpoint tables, made by the saver's own migrations."""

import sqlalchemy as sa
from alembic import op
from langgraph.checkpoint.postgres.base import MIGRATIONS

revision = "0009_checkpoints"
down_revision = "0008_outbox"
branch_labels = None
depends_on = None

TABLES = ("checkpoint_writes", "checkpoint_blobs", "checkpoints", "checkpoint_migrations")


def upgrade() -> None:
    """Run the saver's migrations and note that in its own table, so that `setup()` finds nothing to do."""
    for version, statement in enumerate(MIGRATIONS):
        # The tables are new and empty; an index built CONCURRENTLY could not be part of this transaction.
        op.execute(statement.replace(" CONCURRENTLY", ""))
        op.execute(
            sa.text("INSERT INTO checkpoint_migrations (v) VALUES (:v) ON CONFLICT DO NOTHING").bindparams(v=version)
        )


def downgrade() -> None:
    """Drop the saver's tables."""
    for table in TABLES:
        op.drop_table(table)
