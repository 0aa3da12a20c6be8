"""Who switched a tool off: its owner, or the sandbox after violations."""

import sqlalchemy as sa
from alembic import op

revision = "0037_custom_tools_disabled_by"
down_revision = "0036_sealed_settings"
branch_labels = None
depends_on = None

# The sandbox's own sentence; nothing else told the two apart before.
FILL = r"""
UPDATE custom_tools SET disabled_by = CASE
  WHEN disabled_reason LIKE 'switched off after % violations of the sandbox''s policy%' THEN 'sandbox' ELSE 'owner' END
WHERE disabled
"""


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column("custom_tools", sa.Column("disabled_by", sa.Text))
    op.execute(sa.text(FILL))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("custom_tools", "disabled_by")
