"""Named output types."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062_output_types"
down_revision = "0061_handoffs"
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "outputtypes",
        sa.Column("id", postgresql.UUID, primary_key=True),
        sa.Column("user_id", postgresql.UUID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("json_schema", postgresql.JSON, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("user_id", "name", name="uq_outputtypes_user_id_name"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("outputtypes")
