"""Which version of the schema the database is at, for code that wants to be sure (SPEC PER-08)."""

import sqlalchemy as sa
from alembic import op

revision = "0001_schema_version"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "schema_version",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("version", sa.String(50), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("is_current", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.PrimaryKeyConstraint("id", name="pk_schema_version"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("schema_version")
