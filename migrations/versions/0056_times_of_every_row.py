"""The last tables without times get them: when a row was made, and when it was changed."""

import sqlalchemy as sa
from alembic import op

revision = "0056_times_of_every_row"
down_revision = "0055_unknown_costs"
branch_labels = None
depends_on = None

_TABLES = ("roles", "user_roles", "user_slots", "stream_tickets")
_TIMES = ("created_at", "updated_at")


def upgrade() -> None:
    """Add them; a default that is one moment rewrites no table."""
    for table in _TABLES:
        for name in _TIMES:
            column = sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
            op.add_column(table, column)


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        for name in _TIMES:
            op.drop_column(table, name)
