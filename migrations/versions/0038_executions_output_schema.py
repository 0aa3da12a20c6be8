"""The schema that an execution's result must fit: the request's, else its agent's. `json` keeps its order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038_executions_output_schema"
down_revision = "0037_custom_tools_disabled_by"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("executions", sa.Column("output_schema", postgresql.JSON))


def downgrade() -> None:
    """Drop it; results stay, as text. An older program refuses agents with a field that it does not know."""
    op.drop_column("executions", "output_schema")
    for table in ("agents", "agent_versions"):
        forget = f"UPDATE {table} SET configuration = configuration - 'output_schema'"
        op.execute(sa.text(forget + " WHERE jsonb_exists(configuration, 'output_schema')"))
