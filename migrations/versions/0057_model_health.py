"""What asking models has shown: parts of requests that are refused, trials, the last answer and the last error."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0057_model_health"
down_revision = "0056_times_of_every_row"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "model_health",
        sa.Column("model_id", sa.Uuid, nullable=False),
        sa.Column("refused", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("trial", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("window_tokens", sa.Integer),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.Column("error_code", sa.Text),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["model_id"], ["language_models.id"], name="fk_model_health_model_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", name="pk_model_health"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("model_health")
