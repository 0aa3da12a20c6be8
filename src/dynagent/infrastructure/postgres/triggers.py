"""Triggers in PostgreSQL: an owner's, and all of them for messages that come in."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.triggers import KnownTrigger, KnownTriggers, Trigger, TriggerChangedMeanwhile, Triggers
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.pool import Pool

triggers = Table(
    "triggers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE")),
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("replay_window_s", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("secret_encrypted", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    CheckConstraint("num_nonnulls(agent_id, workflow_id) = 1", name="ck_triggers_of_one"),
)
Index("ix_triggers_user_id_id", triggers.c.user_id, triggers.c.id.desc())
Index("ix_triggers_agent_id", triggers.c.agent_id)
Index("ix_triggers_workflow_id", triggers.c.workflow_id)

STORED = TableMapping(triggers, Trigger)
KNOWN = """
SELECT t.*, u.disabled AS owner_disabled, ARRAY(
  SELECT r.role_name FROM user_roles h JOIN roles r ON r.role_id = h.role_id WHERE h.user_id = t.user_id
) AS roles
FROM triggers t JOIN users u ON u.id = t.user_id WHERE t.id = $1
"""


class PostgresTriggers(OwnedTable[Trigger], Triggers):
    """One owner's triggers in one session."""

    mapping = STORED
    changed_meanwhile = TriggerChangedMeanwhile

    async def find(self, page: PageRequest) -> Page[Trigger]:
        """Return a page, newest first."""
        return await self.page(page)


class PostgresKnownTriggers(KnownTriggers):
    """The triggers of all owners."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, trigger_id: str) -> KnownTrigger | None:
        """Return one, or None."""
        row = await self._pool.fetchrow(KNOWN, trigger_id)
        if row is None:
            return None
        return KnownTrigger(STORED.read(row), frozenset(row["roles"]), row["owner_disabled"])
