"""`memory_flag` decides from now on: until now every agent was given the earlier turns, whatever it said.

So that no chat forgets what it remembered, all agents and their versions say what was done.
"""

from alembic import op

revision = "0052_memory_as_it_was"
down_revision = "0051_agent_context"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say that they remember."""
    for table in ("agents", "agent_versions"):
        op.execute(
            f"UPDATE {table} SET configuration = jsonb_set(configuration, '{{memory_flag}}', 'true') "
            "WHERE configuration -> 'memory_flag' = 'false'"
        )


def downgrade() -> None:
    """Leave it: the version before reads the flag nowhere."""
